import { throwIfAborted } from "../base/abort.ts";
import { abortedError, isMaestroError, MaestroError } from "../base/errors.ts";
import { shortHash } from "../base/ids.ts";
import type { ExecuteSpec, FinishedProcess } from "../contracts/runtime.ts";
import { loginEnvironment } from "./askpass.ts";
import { gitEnvironment } from "./environment.ts";
import { commandName, contendedLock, gitFailure } from "./failure.ts";
import { DEFAULT_TIMEOUT_MS, type HostGitOptions } from "./options.ts";
import type { Turns } from "./turns.ts";

/** Where a command works. */
export interface GitPlace {
  readonly gitDir: string;
  /** The object store that everything is read from and written to. */
  readonly objects: string;
  /** The tree; also the working folder. Without one the command runs in the git dir. */
  readonly workTree?: string;
  /** Another index than the git dir's own. */
  readonly indexFile?: string;
}

/** What a command is given beside its arguments. */
export interface GitCallOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it talks to the remote: gets `remoteEnvironment`, and its failure may be `git_auth` or `git_unreachable`. */
  readonly remote?: boolean;
  /** Exit codes that are answers. Default [0]. */
  readonly codes?: readonly number[];
  /** Longest output, in bytes; default 256 MiB. A longer one is `git_failed`, or cut when `cut` is set. */
  readonly maxOutputBytes?: number;
  readonly cut?: boolean;
  /** Whether the arguments name full commits only, so that the answer is the same for ever and need not be asked for twice. */
  readonly isFixed?: boolean;
}

/** How a command ended well. */
export interface GitAnswer {
  readonly code: number;
  readonly stdout: string;
}

/** Runs Git commands of the host. Throws the codes of `HostGit`. */
export type GitCommand = (
  place: GitPlace,
  args: readonly string[],
  signal: AbortSignal,
  options?: GitCallOptions,
) => Promise<GitAnswer>;

const MAX_OUTPUT = 256 * 1024 * 1024;

/** How many fixed answers are kept: some for each of a few hundred lanes. */
const REMEMBERED = 1_000;

/** A lock that outlives these pauses was left by a command that was killed: nobody else works in the host's git dirs. */
const LOCK_PAUSES_MS = [100, 400, 1_000];

/** The one way in which the host runs Git. Commands of an earlier instance that still live are ended before the first one. */
export function gitCommand(options: HostGitOptions, turns: Turns): GitCommand {
  const { runtime, clock, log, stateDirectory } = options;
  const remembered = new Map<string, GitAnswer>();
  const family = `maestro-git-${shortHash(stateDirectory, 8)}-`;

  const endLeftovers = async (): Promise<void> => {
    for (const marker of await runtime.liveMarkers(family)) await runtime.killMarked(marker);
  };

  const once = async (place: GitPlace, args: readonly string[], signal: AbortSignal, call: GitCallOptions) => {
    const marker = `${family}${turns.nextCommand()}`;
    const login = call.remote ? await loginEnvironment(options, signal) : {};
    const env = { ...login, ...call.env };
    const finished = await execute(options, specOf(options, place, args, { ...call, env }, marker, signal));
    if (finished.aborted) throw abortedError(signal);
    if (finished.timedOut) throw deadlineError(args, finished.ms);
    return finished;
  };

  const run: GitCommand = async (place, args, signal, call = {}) => {
    await turns.afterLeftovers(endLeftovers);
    for (let turn = 0; ; turn += 1) {
      const finished = await once(place, args, signal, call);
      if (finished.code !== null && (call.codes ?? [0]).includes(finished.code)) return answer(finished, args, call);
      const pause = LOCK_PAUSES_MS[turn];
      const lock = contendedLock(finished.stderr);
      if (lock === undefined || pause === undefined) {
        throw gitFailure({ ...finished, args, remote: call.remote ?? false });
      }
      await clock.sleep(pause, signal);
      if (turn === LOCK_PAUSES_MS.length - 1 && lock.startsWith(`${stateDirectory}/`)) {
        log.warn("removing a lock that a killed Git command left", { lock });
        await runtime.remove(lock);
      }
    }
  };

  return async (place, args, signal, call = {}) => {
    if (!call.isFixed) return run(place, args, signal, call);
    const key = args.join(" ");
    const known = remembered.get(key);
    throwIfAborted(signal);
    if (known !== undefined) return known;
    const found = await run(place, args, signal, call);
    for (const oldest of [...remembered.keys()].slice(0, remembered.size - REMEMBERED + 1)) remembered.delete(oldest);
    remembered.set(key, found);
    return found;
  };
}

function specOf(
  options: HostGitOptions,
  place: GitPlace,
  args: readonly string[],
  call: GitCallOptions,
  marker: string,
  signal: AbortSignal,
): ExecuteSpec {
  const env = gitEnvironment(options.environment, {
    ...(call.remote ? options.remoteEnvironment : {}),
    ...call.env,
    GIT_DIR: place.gitDir,
    GIT_OBJECT_DIRECTORY: place.objects,
    ...(place.workTree === undefined ? {} : { GIT_WORK_TREE: place.workTree }),
    ...(place.indexFile === undefined ? {} : { GIT_INDEX_FILE: place.indexFile }),
  });
  return {
    command: "git",
    args,
    cwd: place.workTree ?? place.gitDir,
    env,
    marker,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    signal,
    maxOutputBytes: call.maxOutputBytes ?? MAX_OUTPUT,
    ...(call.input === undefined ? {} : { input: call.input }),
  };
}

async function execute({ runtime }: HostGitOptions, spec: ExecuteSpec): Promise<FinishedProcess> {
  try {
    return await runtime.execute(spec);
  } catch (error) {
    if (!isMaestroError(error) || error.code !== "spawn_failed" || error.facts.errno !== "ENOENT") throw error;
    if ((await runtime.stat(spec.cwd)) === undefined) throw error;
    throw new MaestroError({
      code: "git_missing",
      message: "Git is not installed, or not in the PATH that Maestro was started with.",
      hint: "Install Git 2.34 or newer and start Maestro again.",
      cause: error,
    });
  }
}

function answer(finished: FinishedProcess, args: readonly string[], call: GitCallOptions): GitAnswer {
  if (finished.truncated && !call.cut) {
    const stderr = `the output is longer than ${call.maxOutputBytes ?? MAX_OUTPUT} bytes`;
    throw gitFailure({ args, code: finished.code, signal: null, stderr, remote: false });
  }
  return { code: finished.code ?? 0, stdout: finished.stdout };
}

function deadlineError(args: readonly string[], ms: number): MaestroError {
  return new MaestroError({
    code: "deadline",
    message: `git ${commandName(args)} was not done within ${ms} ms and was ended.`,
    retryable: true,
    facts: { ms, command: commandName(args) },
  });
}
