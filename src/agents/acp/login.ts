import { posix } from "node:path";
import type { SessionRequest } from "../../contracts/agent-provider.ts";

/**
 * Makes a login file of this machine visible in an agent's own state folder. A link, not a copy: a token that the agent renews is kept for
 * everybody. A login that the state folder has of its own, or a machine without one, is left as it is.
 */
export async function linkLogin({ runtime }: SessionRequest, from: string, to: string): Promise<void> {
  if ((await runtime.stat(to)) !== undefined || (await runtime.stat(from)) === undefined) return;
  await runtime.makeDirectory(posix.dirname(to), { mode: 0o700 });
  await runtime.link(from, to);
}
