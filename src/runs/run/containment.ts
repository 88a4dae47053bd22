import { MaestroError } from "../../base/errors.ts";
import type { ExecuteSpec, Runtime, SpawnSpec } from "../../contracts/runtime.ts";
import type { Sandbox, Workflow } from "../../model/workflow.ts";
import { type ContainedPlace, filesOf, findProgram, READ_ONLY } from "./contained-files.ts";

export type { ContainedPlace } from "./contained-files.ts";

/** Longest trial of whether this machine lets bubblewrap work, milliseconds. */
const TRIAL_MS = 5_000;

/**
 * Processes of their own: with the first of them all others end, wherever they moved themselves, also when Maestro is killed. And no capabilities that
 * could take away what hides a folder, also where Maestro runs as root.
 */
const OWN_PROCESSES = [
  ...["--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts"],
  ...["--cap-drop", "ALL"],
];
/** Without it a root cannot make a sandbox inside of this one, as Codex does for each command. Others neither need it nor can have it. */
const NESTED = ["--cap-add", "CAP_SETFCAP"];
const EVERYTHING = ["--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--proc", "/proc"];
const NO_NETWORK = ["--unshare-net"];

/** What is said where agents are not kept apart. */
const OPEN = "an agent can read and write what the user of this service can, also its keys and what Maestro keeps";

/** Whether bubblewrap works, asked once per machine and kind of use. */
const trials = new WeakMap<Runtime, Map<string, Promise<readonly string[] | null>>>();

/** How a process is kept apart. */
export interface Containment {
  readonly sandbox: Sandbox;
  /** Lives as long as the worker. */
  readonly machine: Runtime;
  readonly place: ContainedPlace;
  /** Default true. */
  readonly network?: boolean;
}

/**
 * A runtime that starts an agent or a check inside of bubblewrap, as far as the workflow asks for it: see `Sandbox`. The same runtime where nothing is
 * kept apart. Throws `agent_isolation_missing` where that is demanded, or no network is, and bubblewrap does not work.
 */
export async function contain(
  runtime: Runtime,
  { sandbox, machine, place, network = true }: Containment,
): Promise<Runtime> {
  if (sandbox === "none" && network) return runtime;
  const bubblewrap = await tryOut(machine, network);
  if (bubblewrap === null) {
    if (sandbox === "auto" && network) return runtime;
    throw missing(network ? `agent_runtime.sandbox is ${sandbox}` : "validation.network is false");
  }
  const within = async <S extends Started>(spec: S): Promise<S> => {
    const own = await findProgram(runtime, spec.command, spec.env.PATH, spec.cwd);
    // Without a program bubblewrap would fail in its own words; the system's say what is missing.
    if (own === null) return spec;
    const files = sandbox === "none" ? EVERYTHING : await filesOf(runtime, place, spec, own);
    return wrapped(spec, bubblewrap, files);
  };
  return {
    ...runtime,
    spawn: async (spec) => runtime.spawn(await within(spec)),
    execute: async (spec) => runtime.execute(await within(spec)),
  };
}

/** Folders with the work of other lanes. */
export function placesOfOthers({ workspace }: Workflow): readonly string[] {
  return [workspace.root, `${workspace.root}-checks`];
}

/** What a workflow's sandbox comes to on a machine, in one sentence. */
export async function sandboxWords(machine: Runtime, sandbox: Sandbox): Promise<{ ok: boolean; sentence: string }> {
  if (sandbox === "none") return { ok: false, sentence: `there is no sandbox (agent_runtime.sandbox: none): ${OPEN}` };
  if ((await tryOut(machine, true)) !== null) {
    const hidden =
      "the home folder, what Maestro keeps, other workspaces and other processes are out of an agent's reach";
    return { ok: true, sentence: `bubblewrap: ${hidden}` };
  }
  if (sandbox === "auto")
    return { ok: false, sentence: `bubblewrap does not work here, so there is no sandbox: ${OPEN}` };
  return { ok: false, sentence: missing(`agent_runtime.sandbox is ${sandbox}`).message };
}

function missing(demand: string): MaestroError {
  return new MaestroError({
    code: "agent_isolation_missing",
    message: `${demand}, but bubblewrap is not there or may not make namespaces here, so nothing is started.`,
    hint: "Install bubblewrap, allow user namespaces, or set agent_runtime.sandbox to none and leave validation.network out.",
  });
}

type Started = SpawnSpec | ExecuteSpec;

function wrapped<S extends Started>(spec: S, [program = "", ...begin]: readonly string[], flags: readonly string[]): S {
  const args = [...begin, ...flags, "--chdir", spec.cwd, "--", spec.command, ...spec.args];
  return { ...spec, command: program, args };
}

function tryOut(machine: Runtime, network: boolean): Promise<readonly string[] | null> {
  const known = trials.get(machine) ?? new Map<string, Promise<readonly string[] | null>>();
  trials.set(machine, known);
  const trial = known.get(`${network}`) ?? tryNow(machine, network);
  known.set(`${network}`, trial);
  return trial;
}

/** How bubblewrap is started here; `null` when it is not there, or when this machine does not let it work. */
async function tryNow(machine: Runtime, network: boolean): Promise<readonly string[] | null> {
  const environment = machine.environment();
  const program = await findProgram(machine, "bwrap", environment.PATH, "/");
  if (program === null) return null;
  for (const more of [NESTED, []]) {
    const begin = [program, ...OWN_PROCESSES, ...more, ...(network ? [] : NO_NETWORK)];
    if (await works(machine, begin, environment.PATH)) return begin;
  }
  return null;
}

async function works(machine: Runtime, [command = "", ...flags]: readonly string[], path = ""): Promise<boolean> {
  try {
    const { code } = await machine.execute({
      ...{ command, args: [...flags, ...READ_ONLY, "--", "true"], cwd: "/", env: { PATH: path } },
      ...{ marker: "maestro.trial.bwrap", timeoutMs: TRIAL_MS },
    });
    return code === 0;
  } catch {
    // What cannot be started here does not work here.
    return false;
  }
}
