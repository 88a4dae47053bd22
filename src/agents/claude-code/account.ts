import type { SessionRequest } from "../../contracts/agent-provider.ts";

/** Claude Code's folder on an account: settings, sessions and the login. */
export interface ClaudeHome {
  readonly env: Readonly<Record<string, string>>;
  /** Whether it has a session of this id to resume. */
  knows(session: string): Promise<boolean>;
  /** Takes a session for one process; `null` when a living process has it. Gives back how to let go of it. */
  lock(session: string): Promise<(() => Promise<void>) | null>;
}

/** Without an account it uses its own defaults, and nothing is known about its sessions. */
export async function openHome(request: SessionRequest): Promise<ClaudeHome> {
  const { account } = request;
  if (account === undefined) {
    return { env: {}, knows: async () => true, lock: async () => async () => undefined };
  }
  const folder = `${account.stateDirectory}/config`;
  await linkLogin(request, `${account.userHome}/.claude/.credentials.json`, folder);
  return {
    env: { CLAUDE_CONFIG_DIR: folder },
    knows: (session) => knowsSession(request, folder, session),
    lock: (session) => lockSession(request, `${account.stateDirectory}/locks/${session}`),
  };
}

/** A link, not a copy: a token that is renewed is kept for everybody. */
async function linkLogin({ runtime }: SessionRequest, from: string, folder: string): Promise<void> {
  const to = `${folder}/.credentials.json`;
  await runtime.makeDirectory(folder, { mode: 0o700 });
  if ((await runtime.stat(to)) !== undefined || (await runtime.stat(from)) === undefined) return;
  await runtime.link(from, to);
}

/** One file per session, in a folder per place that it was held in. */
async function knowsSession({ runtime }: SessionRequest, folder: string, session: string): Promise<boolean> {
  const projects = `${folder}/projects`;
  if ((await runtime.stat(projects)) === undefined) return false;
  for (const { name } of await runtime.list(projects)) {
    if ((await runtime.stat(`${projects}/${name}/${session}.jsonl`)) !== undefined) return true;
  }
  return false;
}

/** Claude Code has no lock of its own: two processes on one session lose the turns of one of them without a word. */
async function lockSession({ runtime, marker }: SessionRequest, file: string): Promise<(() => Promise<void>) | null> {
  if ((await runtime.stat(file)) !== undefined) {
    const holder = (await runtime.readText(file)).trim();
    if (holder !== marker && (await runtime.liveMarkers(holder)).includes(holder)) return null;
  }
  await runtime.writeText(file, `${marker}\n`, { mode: 0o600, durable: false });
  return () => runtime.remove(file);
}
