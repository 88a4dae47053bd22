import type { ExecuteSpec, FinishedProcess, ProcessExit } from "../../contracts/runtime.ts";
import { isMaestroError } from "../../base/errors.ts";
import type { Host } from "./kill.ts";
import { KeptOutput } from "./kept-output.ts";
import { type StartedProcess, startProcess } from "./spawn.ts";

const DEFAULT_OUTPUT_BYTES = 1024 * 1024;

/**
 * Runs a process to its end. At its time-out or abort the whole tree is ended. What it leaves running in its group, or at its pipes, is
 * ended too; a descendant that left both is for `killMarked`. Throws `spawn_failed`.
 */
export async function executeProcess(host: Host, spec: ExecuteSpec): Promise<FinishedProcess> {
  const began = host.clock.monotonic();
  const most = spec.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES;
  const output = new KeptOutput(most, spec.keep ?? "start");
  const error = new KeptOutput(most, spec.keep ?? "start");
  const finished = (part: Pick<FinishedProcess, "code" | "signal" | "timedOut" | "aborted">): FinishedProcess => ({
    ...part,
    stdout: output.text(),
    stderr: error.text(),
    truncated: output.truncated || error.truncated,
    ms: Math.round(host.clock.monotonic() - began),
  });
  if (spec.signal?.aborted) return finished({ code: null, signal: null, timedOut: false, aborted: true });
  const child = await startProcess(host, spec, { output, error });
  const watch = watchEnd(host, child, spec);
  void feed(child, spec.input ?? "");
  const exit = await Promise.race([child.exited, watch.givenUp]);
  const reason = await watch.stop();
  if (reason === undefined && child.leftOthers()) await child.kill();
  return finished({ ...exit, timedOut: reason === "timedOut", aborted: reason === "aborted" });
}

type Reason = "timedOut" | "aborted";

/** What KILL has not ended by then is stuck in the kernel; its exit is not waited for. */
const GIVE_UP_MS = 15_000;

interface Watch {
  readonly givenUp: Promise<ProcessExit>;
  /** Which reason there was to end the tree, when that is done. */
  stop(): Promise<Reason | undefined>;
}

/** Ends the tree at the first reason. */
function watchEnd(host: Host, child: StartedProcess, spec: ExecuteSpec): Watch {
  let reason: Reason | undefined;
  let killing: Promise<void> | undefined;
  let giveUp = (): void => undefined;
  const givenUp = new Promise<ProcessExit>((resolve) => {
    giveUp = () => resolve({ code: null, signal: null });
  });
  const end = (why: Reason): void => {
    if (reason !== undefined) return;
    reason = why;
    timer.cancel();
    timer = host.clock.setTimer(GIVE_UP_MS, giveUp);
    killing = child.kill();
  };
  const abort = (): void => end("aborted");
  let timer = host.clock.setTimer(spec.timeoutMs, () => end("timedOut"));
  spec.signal?.addEventListener("abort", abort, { once: true });
  // It may have been aborted while the process was being started.
  if (spec.signal?.aborted) abort();
  return {
    givenUp,
    stop: async () => {
      timer.cancel();
      spec.signal?.removeEventListener("abort", abort);
      await killing;
      return reason;
    },
  };
}

async function feed(child: StartedProcess, input: string): Promise<void> {
  try {
    if (input !== "") await child.write(input);
    child.endInput();
  } catch (error) {
    // A program need not read its input; its exit code tells whether it missed it.
    if (!isMaestroError(error)) throw error;
  }
}
