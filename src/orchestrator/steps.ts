import { newId } from "../base/ids.ts";
import { stableJson } from "../base/json.ts";
import type { RecordTransaction } from "../contracts/record.ts";
import { withAgent } from "../model/agent-choice.ts";
import type { AccountPause, AccountStanding } from "../model/account.ts";
import type { Assignment } from "../model/assignment.ts";
import type { Change } from "../model/change.ts";
import type { Event } from "../model/events/index.ts";
import type { Issue } from "../model/issue.ts";
import type { Lane, Run } from "../model/lane.ts";
import { isBegun, type OutboxRow, outboxKey, WORKER_INTENTS } from "../model/outbox.ts";
import { policyMark } from "../model/policy-mark.ts";
import type { Plan, Step } from "../model/plan.ts";
import type { RunPurpose } from "../model/run.ts";
import type { Reason } from "../model/verdict.ts";
import type { WorkKind } from "../model/work.ts";
import { describeCheckpoint, keepsLedger, wordsToTell, workpadStep } from "../policy/index.ts";
import type { Workflow } from "../model/workflow.ts";
import { attemptOf, chooseAccount, chooseAgent, keptAccount, planResumption } from "../policy/index.ts";
import { changeSeen, linksSeen } from "./change-seen.ts";
import type { OrchestratorParts } from "./ports.ts";
import { eventOf } from "./step-event.ts";

/** What the steps of one plan are carried out on. */
export interface StepScope {
  readonly lane: Lane;
  readonly issue: Issue;
  /** The lane's change as the plan's facts have it, when it was looked at. */
  readonly change?: Change | null | undefined;
  readonly workflow: Workflow;
  /** The lane's newest runs, oldest first, for plans that start one. */
  readonly runs: readonly Run[];
  /** The lane's outside writes that are neither done nor refused. */
  readonly openOutbox: readonly OutboxRow[];
  /** The newest pause of each account; absent: none is known. */
  readonly pauses?: readonly AccountPause[];
  /** Gathers the work that took an account in the plan's transaction, which another store keeps. */
  readonly leased?: string[];
  readonly now: number;
  /** Who asked for it; by default what the tracker showed. */
  readonly actor?: string;
}

/** Somebody else took the account in the same moment: the plan is made anew. */
class AccountTaken extends Error {}

/** Whether a plan does more than wait. */
export function acts(plan: Plan): boolean {
  return plan.some((step) => step.do !== "wait");
}

/**
 * Carries a plan out in one transaction: either all of it is on record or nothing. Returns `false`, without a trace, when the lane has
 * moved on since the plan was made; it will be looked at again.
 */
export async function carryOutPlan(parts: OrchestratorParts, plan: Plan, scope: StepScope): Promise<boolean> {
  const canceled: string[] = [];
  const leased: string[] = [];
  try {
    const done = await parts.record.transact(async (tx) => {
      const present = await tx.lane(scope.lane.id);
      if (present === undefined || !samePosition(present, scope.lane)) return false;
      await writePlan(parts, tx, plan, { ...scope, lane: present, leased });
      if (present.work !== null && plan.some((step) => step.do === "cancel_work")) canceled.push(present.work.id);
      return true;
    });
    if (done) for (const workId of canceled) await parts.engine.cancel(workId);
    return done;
  } catch (error) {
    for (const workId of leased) parts.accounts?.release(workId);
    if (error instanceof AccountTaken) return false;
    throw error;
  }
}

/** Writes a plan as part of a transaction, and with it the issue (S-127) and the change as they were seen when it was made. */
export async function writePlan(
  parts: OrchestratorParts,
  tx: RecordTransaction,
  plan: Plan,
  scope: StepScope,
): Promise<void> {
  const writer = new StepWriter(parts, tx, scope);
  if (differs(scope.lane.issue, scope.issue)) await writer.refresh();
  const { lane, change } = scope;
  if (change != null && acts(plan)) await tx.append([changeSeen(lane, change), linksSeen(lane, change)]);
  for (const step of plan) await writer.write(step);
}

/** Whether nothing that decisions rest on has changed; usage and progress may have. */
function samePosition(left: Lane, right: Lane): boolean {
  return (
    left.stage === right.stage &&
    left.work?.id === right.work?.id &&
    left.work?.state === right.work?.state &&
    left.lastRun === right.lastRun &&
    (left.parked === null) === (right.parked === null)
  );
}

/** Whether an issue was touched since the lane last kept it. */
export function differs(kept: Issue, seen: Issue): boolean {
  return stableJson({ ...kept }) !== stableJson({ ...seen });
}

/** Writes the events of steps; knows the outbox rows of the plan so far, for the work that will carry them out. */
class StepWriter {
  readonly #parts: OrchestratorParts;
  readonly #tx: RecordTransaction;
  readonly #scope: StepScope;
  readonly #lane: Lane;
  readonly #workerRows: string[] = [];

  constructor(parts: OrchestratorParts, tx: RecordTransaction, scope: StepScope) {
    this.#parts = parts;
    this.#tx = tx;
    this.#scope = scope;
    this.#lane = scope.lane;
  }

  async refresh(): Promise<void> {
    await this.#append({ type: "issue_refreshed", data: { issue: this.#scope.issue } });
  }

  async write(step: Step): Promise<void> {
    switch (step.do) {
      case "start_run":
        return this.#start("run", {
          purpose: step.purpose,
          repairs: step.repairs,
          answers: step.answers ?? [],
          feedback: step.feedback,
          reason: step.reason,
        });
      case "start_validate":
        return this.#start("validate", { reason: step.reason });
      case "start_land":
        return this.#start("land", { reason: step.reason });
      case "start_clean":
        return this.#start("clean", { reason: step.reason, deleteBranch: step.deleteBranch });
      case "write":
        return this.#plan(step);
      case "wait":
        return;
      case "close_work":
        return this.#close(step);
      case "pause_account":
        return this.#pause(step.pause);
      case "ask_approval":
        return this.#append({ type: "approval_requested", data: step.request });
      default: {
        const event = eventOf(step, this.#scope);
        if (event !== null) await this.#append(event);
      }
    }
  }

  /**
   * What the ended work did not get to will not be carried out any more; the next work plans its own writes. What it had begun stays open
   * until it has been looked up.
   */
  async #close({ counts, reason }: Extract<Step, { do: "close_work" }>): Promise<void> {
    const { work } = this.#lane;
    if (work === null) return;
    for (const row of this.#scope.openOutbox) {
      if (!WORKER_INTENTS.includes(row.intent.kind) || isBegun(row)) continue;
      await this.#append({ type: "outbox_settled", data: { key: row.key, state: "refused", result: "work_ended" } });
    }
    await this.#append({ type: "work_closed", data: { id: work.id, kind: work.kind, counts, reason } });
  }

  /** The workpad names the run from its start. */
  async #tellRun(lane: Lane): Promise<void> {
    const { workflow } = this.#scope;
    if (!keepsLedger(workflow) || !this.#parts.outside.tracker().capabilities.comment) return;
    const step = workpadStep(lane, `run-${lane.lastRun}-start`);
    if (step.do === "write") await this.#plan(step);
  }

  async #plan(step: Extract<Step, { do: "write" }>): Promise<void> {
    const { intent, topic, revision } = step.write;
    const key = outboxKey(this.#lane.id, intent.kind, topic, revision);
    if (WORKER_INTENTS.includes(intent.kind)) this.#workerRows.push(key);
    if ((await this.#tx.outboxRow(key)) !== undefined) return;
    await this.#append({
      type: "outbox_planned",
      data: { key, fence: this.#lane.fence, intent, dueAt: this.#scope.now },
    });
  }

  async #start(
    kind: WorkKind,
    options: {
      readonly reason: Reason;
      readonly purpose?: RunPurpose;
      readonly repairs?: string | null;
      readonly answers?: readonly string[];
      readonly feedback?: string | null;
      readonly deleteBranch?: boolean;
    },
  ): Promise<void> {
    const lane = this.#lane;
    const purpose = options.purpose ?? "continuation";
    const run = kind === "run" ? lane.lastRun + 1 : lane.lastRun;
    const id = newId(this.#parts.random, "work");
    const workflowHash = this.#scope.workflow.hash;
    const assignment: Assignment = {
      issue: this.#scope.issue,
      workflowHash,
      workspaceKey: lane.workspaceKey,
      purpose,
      attempt: kind === "run" ? attemptOf(lane, purpose) : null,
      branch: lane.branch?.name ?? null,
      // What lands is the head that people saw, whatever a broken-off repair has left in the workspace since.
      headSha: (kind === "land" ? this.#scope.change?.headSha : null) ?? lane.branch?.headSha ?? null,
      changeId: lane.branch?.changeId ?? null,
      feedback: options.feedback ?? null,
      ...(kind === "run" ? this.#ground(id, run) : { resume: null }),
      ...(kind === "run" ? { words: wordsToTell(lane), checkpoint: describeCheckpoint(lane) } : {}),
      deleteBranch: options.deleteBranch ?? false,
      outbox: [...this.#workerRows],
    };
    await this.#append({
      type: "work_enqueued",
      data: {
        ...{ id, kind, run, purpose, workflowHash, reason: options.reason, repairs: options.repairs ?? null },
        ...(options.answers?.length ? { answers: options.answers } : {}),
        ...(kind === "run" ? { policy: policyMark(this.#scope.workflow) } : {}),
      },
    });
    if (kind === "run") await this.#tellRun({ ...lane, lastRun: run });
    await this.#parts.engine.enqueue(this.#tx, {
      ...{ id, kind, run, workflowId: lane.workflowId, laneId: lane.id },
      machine: lane.machine,
      payload: assignment,
    });
  }

  /** Which agent and account a run gets, and what it builds on. */
  #ground(workId: string, run: number): Partial<Assignment> & Pick<Assignment, "resume"> {
    const { workflow, issue, runs } = this.#scope;
    const chosen = this.#choose();
    const agentRule = chosen.ok ? chosen.rule : chooseAgent(workflow, issue, this.#lane);
    const agentFallback = chosen.ok ? chosen.fallback : null;
    const { kind } = withAgent(workflow, agentRule, agentFallback).agentProvider;
    const account = chosen.ok ? chosen.account : null;
    if (account !== null) this.#lease(account, workId, run);
    const { session: resume, ...known } = planResumption(runs, kind, account?.id);
    return {
      ...{ agentRule, agentFallback, resume, ...known, answer: this.#lane.answer ?? null },
      ...(account === null ? {} : { account: account.id }),
    };
  }

  #choose() {
    const { workflow, issue, runs, pauses = [], now } = this.#scope;
    const accounts = this.#parts.accounts?.standing() ?? [];
    return chooseAccount(workflow, issue, this.#lane, { pauses, accounts, kept: keptAccount(runs), now });
  }

  #lease({ kind, id }: AccountStanding, workId: string, run: number): void {
    const limit = this.#scope.workflow.accounts?.maxLeases ?? null;
    const taken = this.#parts.accounts?.lease({ workId, kind, id, laneId: this.#lane.id, run, limit });
    if (taken === false) throw new AccountTaken(`${kind}/${id} is taken`);
    this.#scope.leased?.push(workId);
  }

  /** It is the service's, not the lane's. */
  async #pause(pause: AccountPause): Promise<void> {
    const scope = { workflowId: this.#lane.workflowId, laneId: null, run: null, fence: null };
    await this.#tx.append([{ ...scope, event: { type: "account_paused", data: pause } }]);
  }

  async #append(event: Event): Promise<void> {
    const { workflowId, id: laneId } = this.#lane;
    await this.#tx.append([{ workflowId, laneId, run: null, fence: null, event }]);
  }
}
