import { MaestroError } from "../../base/errors.ts";
import type { AgentAccount } from "../../contracts/agent-provider.ts";
import type { ExecuteSpec, Runtime, SpawnSpec } from "../../contracts/runtime.ts";
import type { Isolation } from "../../model/workflow.ts";

/** Longest trial of whether this machine lets bubblewrap work, milliseconds. */
const TRIAL_MS = 5_000;

/** Processes of their own: with the first of them all others end, wherever they moved themselves, also when Maestro is killed. */
const OWN_PROCESSES = ["--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts"];
const EVERYTHING = ["--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--proc", "/proc"];
const READ_ONLY = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"];

/** Folders and files of a home that hold keys of people; empty for an agent. */
const SECRET_FOLDERS = [".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".config/gcloud", ".config/gh"];
const SECRET_FILES = [".netrc", ".git-credentials", ".npmrc", ".pypirc"];

/** Where agents have the link to this machine's login, below an account's folder. What it leads to is renewed through it. */
const LOGINS = ["auth.json", "config/.credentials.json", "data/opencode/auth.json", ".gemini/oauth_creds.json"];

/** Where an agent lives. */
export interface ContainedPlace {
  readonly workspace: string;
  /** Folder of everything that Maestro keeps; absolute. */
  readonly home: string;
  readonly account?: AgentAccount;
  readonly temporaryDirectory?: string;
}

/** Whether bubblewrap works, asked once per machine and kind of use. */
const trials = new WeakMap<Runtime, Map<Isolation, Promise<string | null>>>();

/**
 * A runtime that starts an agent inside of bubblewrap, as far as the isolation asks for it: `auto` gives it processes of its own where that works, `bwrap`
 * moreover leaves it only its own places to write to. Throws `agent_isolation_missing` for `bwrap` where that does not work. `machine` lives as long as
 * the worker.
 */
export async function contain(
  runtime: Runtime,
  {
    isolation,
    machine,
    place,
  }: { readonly isolation: Isolation; readonly machine: Runtime; readonly place: ContainedPlace },
): Promise<Runtime> {
  if (isolation === "none") return runtime;
  const program = await tryOut(machine, isolation);
  if (program === null) {
    if (isolation === "auto") return runtime;
    throw new MaestroError({
      code: "agent_isolation_missing",
      message: "agent_runtime.isolation is bwrap, but bubblewrap is not there or may not make namespaces here.",
      hint: "Install bubblewrap, allow user namespaces, or set agent_runtime.isolation to none.",
    });
  }
  const within = async <S extends Started>(spec: S): Promise<S> => {
    const own = await findProgram(runtime, spec.command, spec.env.PATH, spec.cwd);
    // Without a program bubblewrap would fail in its own words; the system's say what is missing.
    if (own === null) return spec;
    const login = spec.env.CLAUDE_SECURESTORAGE_CONFIG_DIR;
    const flags =
      isolation === "auto" ? EVERYTHING : [...(await placesOf(runtime, place, own)), ...loginIn(login, place)];
    return wrapped(spec, program, flags);
  };
  return {
    ...runtime,
    spawn: async (spec) => runtime.spawn(await within(spec)),
    execute: async (spec) => runtime.execute(await within(spec)),
  };
}

type Started = SpawnSpec | ExecuteSpec;

function wrapped<S extends Started>(spec: S, program: string, flags: readonly string[]): S {
  const args = [...OWN_PROCESSES, ...flags, "--chdir", spec.cwd, "--", spec.command, ...spec.args];
  return { ...spec, command: program, args };
}

/** Everything can be read but keys of people; only the agent's own places can be written to. */
async function placesOf(runtime: Runtime, place: ContainedPlace, program: string): Promise<readonly string[]> {
  const { workspace, home, account, temporaryDirectory } = place;
  // The person's, also where an account has a login of its own.
  const userHome = runtime.environment().HOME ?? "/";
  const hidden: string[] = [];
  for (const name of SECRET_FOLDERS) {
    const path = `${userHome}/${name}`;
    if ((await runtime.stat(path))?.kind === "directory") hidden.push("--tmpfs", path);
  }
  for (const name of SECRET_FILES) {
    const path = `${userHome}/${name}`;
    if ((await runtime.stat(path))?.kind === "file") hidden.push("--ro-bind", "/dev/null", path);
  }
  const own = [workspace, account?.stateDirectory, temporaryDirectory, ...(await loginsOf(runtime, account))];
  const writable = own.flatMap((path) => (path === undefined ? [] : ["--bind", path, path]));
  // They may lie in the temporary folder, of which it gets an empty one.
  const readable = [home, parentOf(program)].flatMap((path) => ["--ro-bind-try", path, path]);
  return [...READ_ONLY, ...readable, ...hidden, ...writable];
}

async function loginsOf(runtime: Runtime, account: AgentAccount | undefined): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of account === undefined ? [] : LOGINS) {
    const path = `${account?.stateDirectory}/${name}`;
    if ((await runtime.stat(path))?.kind === "link") found.push(await runtime.realPath(path));
  }
  return found;
}

/**
 * Claude Code uses a login in place, and renews it by a new file beside it that takes its place: so it finds an empty folder to write to, in which the
 * file is the real one. That one cannot be replaced, and is then written into.
 */
function loginIn(folder: string | undefined, { account }: ContainedPlace): readonly string[] {
  if (folder === undefined || account === undefined || !folder.startsWith(`${account.userHome}/`)) return [];
  if (folder.startsWith(`${account.stateDirectory}/`)) return [];
  const file = `${folder}/.credentials.json`;
  return ["--tmpfs", folder, "--bind", file, file];
}

function tryOut(machine: Runtime, isolation: Isolation): Promise<string | null> {
  const known = trials.get(machine) ?? new Map<Isolation, Promise<string | null>>();
  trials.set(machine, known);
  const trial = known.get(isolation) ?? tryNow(machine, isolation);
  known.set(isolation, trial);
  return trial;
}

/** Where bubblewrap is; `null` when it is not there, or when this machine does not let it work. */
async function tryNow(machine: Runtime, isolation: Isolation): Promise<string | null> {
  const environment = machine.environment();
  const program = await findProgram(machine, "bwrap", environment.PATH, "/");
  if (program === null) return null;
  const flags = isolation === "auto" ? EVERYTHING : READ_ONLY;
  try {
    const { code } = await machine.execute({
      command: program,
      args: [...OWN_PROCESSES, ...flags, "--", "true"],
      ...{ cwd: "/", env: { PATH: environment.PATH ?? "" }, marker: "maestro.trial.bwrap", timeoutMs: TRIAL_MS },
    });
    return code === 0 ? program : null;
  } catch {
    // What cannot be started here does not work here.
    return null;
  }
}

/** The program as a path, or `null` when there is none. */
async function findProgram(runtime: Runtime, command: string, path = "", cwd: string): Promise<string | null> {
  if (command.startsWith("/")) return (await runtime.stat(command)) === undefined ? null : command;
  const folders = command.includes("/") ? [cwd] : path.split(":").filter((folder) => folder.startsWith("/"));
  for (const folder of folders) {
    const found = `${folder}/${command}`;
    const kind = (await runtime.stat(found).catch(() => undefined))?.kind;
    if (kind === "file" || kind === "link") return found;
  }
  return null;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
