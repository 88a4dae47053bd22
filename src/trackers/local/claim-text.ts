import type { IssueClaim } from "../../contracts/tracker.ts";

/** The topic of the one comment that holds an issue's claim. */
export const CLAIM_TOPIC = "claim";

const CODE = /`maestro-claim ([^ `]+) (\d+)`\s*$/;

/** A claim for people, and in the last line for programs. */
export function claimText({ owner, expiresAt }: IssueClaim): string {
  const until = new Date(expiresAt).toISOString();
  return `Maestro (${owner}) works on this issue until ${until}.\n\n\`maestro-claim ${encodeURIComponent(owner)} ${expiresAt}\``;
}

/** What the comment says when nobody has the claim. */
export function givenUpText(owner: string): string {
  return `Given up by ${owner}.\n\n\`maestro-claim ${encodeURIComponent(owner)} 0\``;
}

/** The claim in a comment; `undefined` when it holds none that can be read. */
export function readClaim(body: string): IssueClaim | undefined {
  const [, owner, expiresAt] = CODE.exec(body) ?? [];
  if (owner === undefined || expiresAt === undefined) return undefined;
  try {
    return { owner: decodeURIComponent(owner), expiresAt: Number(expiresAt) };
  } catch {
    // Somebody edited the line: it claims nothing any more.
    return undefined;
  }
}
