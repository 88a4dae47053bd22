import { abortedError, MaestroError, toMaestroError } from "../base/errors.ts";
import type { FinishedProcess } from "../contracts/runtime.ts";
import { type HookName, type HookScript, hookScripts } from "../model/hooks.ts";
import { processMarker } from "../model/process-marker.ts";
import { hookVariables } from "./hook-environment.ts";
import type { WorkspacesOptions } from "./options.ts";
import type { WorkspaceLane } from "./workspaces.ts";

/** Read of each stream; more than is kept, so that a secret at the cut is seen whole and masked. */
const READ_BYTES = 64 * 1024;
/** Kept of a hook's output (S-156). */
const KEPT_BYTES = 2048;

/** When these fail, what follows of them runs all the same: the work is over. */
const LAST: readonly HookName[] = ["after_run", "before_remove"];

/**
 * Runs a hook with `sh -lc` in the workspace (S-154): those of plugins, then the workflow's own, as far as there are any. The time-out of each is its own
 * (S-155); its processes end with it, background ones too. Returns why the first one failed, or `null`. Throws only `aborted`.
 */
export async function runHook(
  options: WorkspacesOptions,
  hook: HookName,
  lane: WorkspaceLane,
  path: string,
  signal?: AbortSignal,
): Promise<MaestroError | null> {
  let first: MaestroError | null = null;
  for (const script of hookScripts(options.hooks, hook)) {
    const failure = await runScript(options, { ...script, lane, path, signal });
    first ??= failure;
    if (first !== null && !LAST.includes(hook)) return first;
  }
  return first;
}

async function runScript(options: WorkspacesOptions, call: Call): Promise<MaestroError | null> {
  const { name: hook, lane } = call;
  const { clock } = options;
  const log = options.log.child({ hook });
  log.info("hook started");
  const began = clock.monotonic();
  const { failure, output } = await outcomeOf(options, call);
  const ms = Math.round(clock.monotonic() - began);
  lane.onHook({ hook, ok: failure === null, detail: output === "" && failure !== null ? failure.message : output, ms });
  if (failure === null) log.info("hook finished", { ms });
  else log.warn("hook failed", { ms, error: failure });
  return failure;
}

/** `runHook` for hooks whose failure ends what they are part of. Throws `hook_failed`, `hook_timeout`, `aborted`. */
export async function requireHook(
  options: WorkspacesOptions,
  hook: HookName,
  lane: WorkspaceLane,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const failure = await runHook(options, hook, lane, path, signal);
  if (failure !== null) throw failure;
}

interface Call extends HookScript {
  readonly lane: WorkspaceLane;
  readonly path: string;
  readonly signal: AbortSignal | undefined;
}

interface Outcome {
  readonly failure: MaestroError | null;
  readonly output: string;
}

async function outcomeOf(options: WorkspacesOptions, call: Call): Promise<Outcome> {
  const { name: hook, signal } = call;
  try {
    const done = await execute(options, call);
    if (done.aborted && signal !== undefined) throw abortedError(signal);
    const output = lastBytes(options.secrets.redact(done.stdout + done.stderr));
    return { failure: failureOf(options, hook, done, output), output };
  } catch (error) {
    const cause = toMaestroError(error);
    if (cause.code === "aborted") throw cause;
    const message = `The hook ${hook} could not be run: ${cause.message}`;
    const { retryable } = cause;
    return {
      failure: new MaestroError({ code: "hook_failed", message, retryable, facts: { hook }, cause }),
      output: "",
    };
  }
}

async function execute(options: WorkspacesOptions, { script, lane, path, signal }: Call): Promise<FinishedProcess> {
  const { runtime, hooks, workflowId } = options;
  const marker = processMarker({ workflowId, laneId: lane.laneId, run: lane.run }, "hook");
  const done = await runtime.execute({
    command: "sh",
    args: ["-lc", script],
    cwd: path,
    env: hookVariables(options, lane, path),
    marker,
    timeoutMs: hooks.timeoutMs,
    maxOutputBytes: READ_BYTES,
    keep: "end",
    ...(signal === undefined ? {} : { signal }),
  });
  await runtime.killMarked(marker);
  return done;
}

function failureOf(
  { hooks }: WorkspacesOptions,
  hook: string,
  done: FinishedProcess,
  output: string,
): MaestroError | null {
  if (done.code === 0 && !done.timedOut) return null;
  const how = done.signal === null ? `ended with exit code ${done.code}` : `was ended by ${done.signal}`;
  const facts = { hook, exit_code: done.code, signal: done.signal, output };
  // A hook mostly fails for what it reaches (a network, a registry), so the same one may succeed later.
  if (!done.timedOut) {
    return new MaestroError({ code: "hook_failed", message: `The hook ${hook} ${how}.`, retryable: true, facts });
  }
  return new MaestroError({
    code: "hook_timeout",
    message: `The hook ${hook} did not end within ${hooks.timeoutMs} ms and was ended with all its processes.`,
    retryable: true,
    hint: "Raise hooks.timeout_ms in the workflow file, or make the hook faster.",
    facts: { ...facts, timeout_ms: hooks.timeoutMs },
  });
}

function lastBytes(text: string): string {
  // A character that was cut in two decodes to U+FFFD.
  const bytes = Buffer.from(text);
  if (bytes.length <= KEPT_BYTES) return text;
  return bytes.toString("utf8", bytes.length - KEPT_BYTES).replace(/^\uFFFD+/, "");
}
