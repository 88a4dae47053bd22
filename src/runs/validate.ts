import type { JsonObject } from "../base/json.ts";
import type { Evidence } from "../model/evidence.ts";
import { processMarker } from "../model/process-marker.ts";
import type { WorkOutcome } from "../model/run.ts";
import { reason } from "../model/verdict.ts";
import type { WorkContext } from "./context.ts";
import { agentEnvironment } from "./environment.ts";
import { brokenOff, failed, failedWith, succeeded } from "./outcome.ts";
import { gitOf, pushRows } from "./push.ts";
import { openTranscript } from "./transcript.ts";

/** Kept of a command's output, from its end, bytes. */
const KEPT_OUTPUT = 256 * 1024;
/** The end of a failed command's output that the next run is told, characters. */
const TOLD_OUTPUT = 3_000;
const RELEASE_LIMIT_MS = 60_000;

/**
 * Runs the workflow's declared checks on a clean checkout of exactly the head that was handed off, then pushes that head. Never rejects.
 */
export async function carryValidate(context: WorkContext): Promise<WorkOutcome> {
  const { assignment, signal } = context;
  const { headSha } = assignment;
  if (headSha === null) return failed("fatal", reason("head_unknown", "There is no head to validate."));
  try {
    const failure = await runChecks(context, headSha);
    if (failure !== null) return { ...failure, headSha, changed: true };
    await pushRows(context);
    const { commands } = context.workflow.validation;
    const what = commands.length === 0 ? "No checks are declared" : `${countOf(commands)} passed`;
    const why = reason("validated", `${what} on ${headSha.slice(0, 10)}.`);
    return succeeded(why, { headSha, changed: true });
  } catch (error) {
    return signal.aborted ? brokenOff(signal, { headSha }) : failedWith(error, { headSha });
  }
}

/** The outcome of the first check that failed; `null` when all passed. */
async function runChecks(context: WorkContext, headSha: string): Promise<WorkOutcome | null> {
  const { workflow } = context;
  const { commands } = workflow.validation;
  if (commands.length === 0) {
    await state(context, { kind: "validation", ok: true, sentence: "none declared", headSha, facts: { commands: [] } });
    return null;
  }
  const path = await checkOut(context, headSha);
  const transcript = await openTranscript(context);
  for (const command of commands) {
    const { ok, sentence, output, facts } = await runCheck(context, command, path);
    transcript.append(`$ ${command}\n${output}`, "check");
    await state(context, { kind: "check", ok, sentence, headSha, facts });
    if (ok) continue;
    await state(context, { kind: "validation", ok, sentence, headSha, facts: { commands: [...commands] } });
    return failed("validation", reason("check_failed", `${sentence}\n${output.slice(-TOLD_OUTPUT)}`.trim()));
  }
  const sentence = `${countOf(commands)} passed`;
  await state(context, { kind: "validation", ok: true, sentence, headSha, facts: { commands: [...commands] } });
  return null;
}

/** A clean tree of the head, beside the workspaces, so that no agent's leftovers take part. */
async function checkOut(context: WorkContext, headSha: string): Promise<string> {
  const { workflow, work, assignment, scope, signal } = context;
  const path = `${workflow.workspace.root}-checks/${assignment.workspaceKey}-${work.id}`;
  const { release } = await gitOf(context).checkout(headSha, path, signal);
  scope.defer("clean checkout", release, RELEASE_LIMIT_MS);
  return path;
}

async function runCheck(context: WorkContext, command: string, path: string) {
  const { workflow, work, runtime, signal } = context;
  const marker = processMarker(work, "check");
  const { timeoutMs } = workflow.validation;
  const end = await runtime.execute({
    command: "sh",
    args: ["-lc", command],
    cwd: path,
    env: environmentOf(context),
    marker,
    timeoutMs,
    signal,
    maxOutputBytes: KEPT_OUTPUT,
    keep: "end",
  });
  await runtime.killMarked(marker);
  signal.throwIfAborted();
  const ok = end.code === 0;
  const how = end.timedOut ? `took longer than ${timeoutMs} ms` : `ended with ${end.signal ?? `exit code ${end.code}`}`;
  const facts: JsonObject = { command, exit_code: end.code, timed_out: end.timedOut, ms: Math.round(end.ms) };
  const output = [end.stdout, end.stderr].filter((text) => text !== "").join("\n");
  return { ok, sentence: ok ? `\`${command}\` passed.` : `\`${command}\` ${how}.`, output, facts };
}

/** No token of anybody: what is checked was written by an agent. */
function environmentOf({ parts, work, assignment, runtime }: WorkContext): Readonly<Record<string, string>> {
  const { id, identifier } = assignment.issue;
  return agentEnvironment({
    daemon: runtime.environment(),
    pass: [],
    env: { CI: "true" },
    extra: { MAESTRO_ISSUE_ID: id, MAESTRO_ISSUE_IDENTIFIER: identifier, MAESTRO_RUN: String(work.run) },
    isSecret: (text) => parts.secrets.redact(text) !== text,
  }).env;
}

function state({ observer }: WorkContext, evidence: Omit<Evidence, "witness">): Promise<void> {
  return observer.observe({ type: "evidence_recorded", data: { ...evidence, witness: "host" } });
}

function countOf(commands: readonly string[]): string {
  return commands.length === 1 ? "1 check" : `${commands.length} checks`;
}
