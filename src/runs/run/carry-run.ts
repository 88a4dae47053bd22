import { toMaestroError } from "../../base/errors.ts";
import { accountOf } from "../../model/account.ts";
import { type CompletionSignal, isFinal, type WorkOutcome } from "../../model/run.ts";
import { type WorkContext, workspaceLane } from "../context.ts";
import { brokenOff, failed, failedAgent, failedWith, hasLostLease, succeeded } from "../outcome.ts";
import { openTranscript } from "../transcript.ts";
import { readCheckLogs } from "./check-logs.ts";
import { converse } from "./converse.ts";
import { mergeNewestBase } from "./newest-base.ts";
import { placeSkills, removeSkills } from "./skills.ts";
import { takeOver, type Taken } from "./take-over.ts";
import type { TurnsEnd } from "./turns.ts";

/**
 * One worker session on a lane (S-193, S-194): workspace, before_run, prompt, agent, turns, after_run, and the host's own look at what
 * has come of it. Never rejects.
 */
export async function carryRun(context: WorkContext): Promise<WorkOutcome> {
  const { parts, workflow, observer, signal } = context;
  const lane = workspaceLane(context);
  const workspaces = parts.workspaces(workflow);
  let path: string;
  try {
    observer.note({ type: "phase_entered", data: { phase: "preparing_workspace" } });
    const prepared = await workspaces.prepare(lane, signal);
    observer.note({ type: "workspace_prepared", data: prepared });
    path = prepared.path;
  } catch (error) {
    return endOf(context, error);
  }
  let end: TurnsEnd | WorkOutcome;
  let taught: readonly string[] = [];
  try {
    await workspaces.beforeRun(lane, signal);
    const told = [await mergeNewestBase(context, path), await readCheckLogs(context)];
    const skills = (await parts.skills?.(workflow)) ?? [];
    taught = await placeSkills(parts.runtime, path, skills, context.log);
    const feedback = told.filter((part) => part !== null).join("\n\n") || null;
    const transcript = await openTranscript(context);
    end = await converse(context, { path, feedback, transcript });
  } catch (error) {
    end = endOf(context, error);
  }
  await finish(context, async () => {
    await removeSkills(parts.runtime, path, taught);
    await workspaces.afterRun(lane);
  });
  return conclude(context, path, end);
}

/**
 * `after_run` follows every run that had a workspace, also one that failed before its agent started, or was broken off (G-1, G-2). Only who
 * has lost the lease keeps off: the workspace may be somebody else's by now.
 */
async function finish({ observer, signal, log }: WorkContext, afterRun: () => Promise<void>): Promise<void> {
  if (hasLostLease(signal)) {
    log.warn("after_run is left out, because the lease was lost");
    return;
  }
  observer.note({ type: "phase_entered", data: { phase: "finishing" } });
  try {
    await afterRun();
  } catch (error) {
    log.warn("after_run could not be run", { error: toMaestroError(error) });
  }
}

/** Whether a run ended for good by what it said: what breaks afterwards changes nothing about that. */
function endedBySignal(signal: CompletionSignal): boolean {
  return isFinal(signal) || signal.kind === "ask";
}

/** Signals whose words become the message of the commit that takes the work over. */
function messageOf(signal: CompletionSignal): string | null {
  return signal.kind === "hand_off" || signal.kind === "repair_done" ? signal.summary : null;
}

async function conclude(context: WorkContext, path: string, end: TurnsEnd | WorkOutcome): Promise<WorkOutcome> {
  const { signal } = context;
  const isFinal = "why" in end && endedBySignal(end.signal);
  if (signal.aborted && !isFinal) return brokenOff(signal, { turns: end.turns });
  try {
    const summary = "why" in end ? messageOf(end.signal) : null;
    // It becomes a commit message, which leaves this machine.
    const told = summary === null ? null : context.parts.secrets.redact(summary);
    return outcomeOf(context, end, await takeOver(context, path, told));
  } catch (error) {
    if (signal.aborted) return brokenOff(signal, { turns: end.turns });
    // A run that failed anyway keeps its own reason; its files stay in the workspace.
    if (!isFinal && !("why" in end && end.failure === null)) return outcomeOf(context, end, null);
    return failedWith(error, { turns: end.turns });
  }
}

function outcomeOf(
  { workflow, assignment }: WorkContext,
  end: TurnsEnd | WorkOutcome,
  taken: Taken | null,
): WorkOutcome {
  const facts = { turns: end.turns, headSha: taken?.headSha ?? null, changed: taken?.changed ?? false };
  if (!("why" in end)) return { ...end, ...facts };
  if (end.failure !== null) {
    const account =
      end.failure.kind === "capacity" ? { account: accountOf(workflow.agentProvider.kind, assignment.account) } : {};
    return failedAgent(end.failure, { ...facts, ...account });
  }
  if (end.signal.kind === "invalid") return failed("protocol", end.why, { ...facts, signal: end.signal });
  return succeeded(end.why, { ...facts, signal: end.signal });
}

function endOf({ signal }: WorkContext, error: unknown): WorkOutcome {
  return signal.aborted ? brokenOff(signal) : failedWith(error);
}
