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
  await request.runtime.makeDirectory(folder, { mode: 0o700 });
  const login = await loginFolder(account, request.runtime);
  return {
    // Since 2.1.220 the login may lie elsewhere than everything else.
    env: { CLAUDE_CONFIG_DIR: folder, ...(login === null ? {} : { CLAUDE_SECURESTORAGE_CONFIG_DIR: login }) },
    knows: (session) => knowsSession(request, folder, session),
    lock: (session) => lockSession(request, `${account.stateDirectory}/locks/${session}`),
  };
}

/**
 * The folder with the login: the account's own when it has one, else this machine's. Used in place: Claude Code writes a renewed token to a new
 * file, which would leave a link's old target with a worthless token. `null` when there is no login in a file.
 */
export async function loginFolder(
  account: NonNullable<SessionRequest["account"]>,
  runtime: SessionRequest["runtime"],
): Promise<string | null> {
  for (const folder of [`${account.stateDirectory}/config`, `${account.userHome}/.claude`]) {
    if ((await runtime.stat(`${folder}/.credentials.json`)) !== undefined) return folder;
  }
  return null;
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
