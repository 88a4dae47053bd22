/** Topic of the one comment that is kept up to date on an issue. */
export const WORKPAD_TOPIC = "workpad";

/** Begins the host's part of the workpad; what stands before it is the agent's. */
export const WORKPAD_HEADING = "### Maestro's ledger";

/** What an agent wrote into the workpad, without the host's part: an agent that copies the whole comment does not double it. */
export function agentPart(body: string): string {
  const at = `\n${body}`.indexOf(`\n${WORKPAD_HEADING}`);
  return (at < 0 ? body : body.slice(0, at)).trim();
}

/** An instant as the ledger writes it: ISO 8601 in UTC. */
export function instantOf(at: number): string {
  return new Date(at).toISOString();
}
