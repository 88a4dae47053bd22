import { isMaestroError } from "../../base/errors.ts";
import { cutBytes } from "../../base/jsonl.ts";
import type { SessionRequest } from "../../contracts/agent-provider.ts";
import type { Runtime } from "../../contracts/runtime.ts";

/** What a session needs from the machine before Codex is started. */
type Place = Pick<SessionRequest, "account" | "env" | "runtime" | "temporaryDirectory" | "workspace">;

/** Folders that Codex's sandbox puts into a workspace while a command runs, and leaves behind when it is broken off. */
const STUBS = [".agents", ".aws", ".codex", ".git"];
const LOGIN_FILE = "auth.json";
/** What Codex reads of such a file at most (`project_doc_max_bytes`). */
const GUIDANCE_BYTES = 32 * 1024;

/**
 * The environment of Codex. Its state lies with the account; the login of this machine is linked there, so that a token that Codex
 * rotates is rotated for everybody. A `CODEX_HOME` that the workflow sets is left alone. Throws what the runtime throws.
 */
export async function prepareHome({
  account,
  env,
  runtime,
  temporaryDirectory,
}: Place): Promise<Record<string, string>> {
  const whole = { ...env, ...(temporaryDirectory === undefined ? {} : { TMPDIR: temporaryDirectory }) };
  if (account === undefined || env.CODEX_HOME !== undefined) return whole;
  await runtime.makeDirectory(account.stateDirectory, { mode: 0o700 });
  const own = `${account.stateDirectory}/${LOGIN_FILE}`;
  const login = `${account.userHome}/.codex/${LOGIN_FILE}`;
  const isWanted = (await runtime.stat(own)) === undefined && (await runtime.stat(login)) !== undefined;
  if (isWanted) {
    await runtime.link(login, own).catch((error: unknown) => {
      // Another run on this account came first.
      if (!isMaestroError(error) || error.code !== "file_exists") throw error;
    });
  }
  return { ...whole, CODEX_HOME: account.stateDirectory };
}

/** The file of a login. */
export interface LoginWatch {
  /** Whether it was written since the watch began, by whomever. Never rejects. */
  isRenewed(): Promise<boolean>;
}

/** Watches the login that Codex is about to read. Never rejects. */
export async function watchLogin(runtime: Runtime, { CODEX_HOME, HOME }: Record<string, string>): Promise<LoginWatch> {
  const stamp = async (): Promise<string | null> => {
    try {
      const path = await runtime.realPath(`${CODEX_HOME ?? `${HOME}/.codex`}/${LOGIN_FILE}`);
      const found = await runtime.stat(path);
      return found === undefined ? null : `${found.modifiedAt} ${found.size}`;
    } catch {
      // Without the file there is nothing that could be renewed; Codex itself says what is wrong with it.
      return null;
    }
  };
  const atFirst = await stamp();
  return { isRenewed: async () => (await stamp()) !== atFirst };
}

/** Whether the workspace is a repository of its own, whose metadata the agent may need to write. */
export async function findRepository({ runtime, workspace }: Place): Promise<boolean> {
  return (await runtime.stat(`${workspace}/.git`))?.kind === "directory";
}

/**
 * What the repository says to agents, which Codex itself reads only where it trusts: the first of `AGENTS.override.md` and `AGENTS.md` at
 * the top of the workspace. A link that leads out of the workspace is no part of the repository. Throws what the runtime throws.
 */
export async function readGuidance({ runtime, workspace }: Place): Promise<string | null> {
  const top = await runtime.realPath(workspace);
  for (const name of ["AGENTS.override.md", "AGENTS.md"]) {
    if ((await runtime.stat(`${workspace}/${name}`)) === undefined) continue;
    const path = await runtime.realPath(`${workspace}/${name}`).catch(() => null);
    // A dangling link, or one that leads elsewhere.
    if (path === null || !path.startsWith(`${top}/`)) continue;
    const text = cutBytes(await runtime.readText(path), GUIDANCE_BYTES).trim();
    if (text !== "") return `# ${name} instructions for ${workspace}\n\n<INSTRUCTIONS>\n${text}\n</INSTRUCTIONS>`;
  }
  return null;
}

/** Removes the sandbox's stubs, as long as they are empty. Call it when none of the agent's processes is left. */
export async function removeStubs({ runtime, workspace }: Place): Promise<void> {
  for (const name of STUBS) {
    const path = `${workspace}/${name}`;
    const isFolder = (await runtime.stat(path))?.kind === "directory";
    if (isFolder && (await runtime.list(path)).length === 0) await runtime.remove(path);
  }
}
