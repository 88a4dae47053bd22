import { withDeadline } from "../base/abort.ts";
import { MaestroError, toMaestroError } from "../base/errors.ts";
import { isUnknownEffect } from "../contracts/outside.ts";
import type { Forge } from "../contracts/forge.ts";
import { type Change, checkSummary, reviewDecision } from "../model/change.ts";
import { normaliseLabels, sameState } from "../model/issue.ts";
import type { Lane } from "../model/lane.ts";
import { type Intent, type OutboxRow, WORKER_INTENTS } from "../model/outbox.ts";
import type { RecordTransaction } from "../contracts/record.ts";
import { planRefusal } from "../lanes/index.ts";
import { carryOut } from "../record/index.ts";
import type { Board } from "./board.ts";
import { CALL_DEADLINE_MS, type OrchestratorParts } from "./ports.ts";
import { writePlan } from "./steps.ts";

/** Name that Maestro's own comments carry. */
const AUTHOR = "maestro";
/** Pause before a write is tried again, milliseconds: 1 s doubled per try, at most 5 minutes. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;

/** The pause after the n-th try. */
function pauseAfter(tries: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(tries, 16), LONGEST_PAUSE_MS);
}

/**
 * Sends what is due in the outbox, except what workers carry out themselves. Writes of one lane go out one after the other, in the order
 * in which they were planned; lanes do not wait for each other.
 */
export async function sendDue(parts: OrchestratorParts, board: Board, signal: AbortSignal): Promise<void> {
  const heads = new Map<string, OutboxRow>();
  for (const row of board.openOutbox()) if (isOurs(row) && !heads.has(row.laneId)) heads.set(row.laneId, row);
  await Promise.all([...heads.keys()].map((laneId) => sendLane(parts, board, laneId, signal)));
}

/** Whether the orchestrator carries it out, not a worker. */
function isOurs(row: OutboxRow): boolean {
  return !WORKER_INTENTS.includes(row.intent.kind);
}

async function sendLane(parts: OrchestratorParts, board: Board, laneId: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const row = board.outboxOf(laneId).find(isOurs);
    const lane = board.lanes.get(laneId);
    if (row === undefined || lane === undefined || row.dueAt > parts.clock.now()) return;
    if ((await sendRow(parts, board, row, lane, signal)) === "later") return;
  }
}

async function sendRow(
  parts: OrchestratorParts,
  board: Board,
  row: OutboxRow,
  lane: Lane,
  signal: AbortSignal,
): Promise<"settled" | "later"> {
  const bounded = <T>(work: (signal: AbortSignal) => Promise<T>) =>
    withDeadline(parts.clock, CALL_DEADLINE_MS, signal, work);
  const outside = new OutsideWriter(parts, lane);
  try {
    const state = await carryOut({
      record: parts.record,
      row,
      scope: { workflowId: row.workflowId, laneId: row.laneId, fence: row.fence },
      send: () => bounded((inner) => outside.send(row.intent, inner)),
      lookUp: () => bounded((inner) => outside.lookUp(row.intent, inner)),
      isUnknown: (error) => isUnknownEffect(toMaestroError(error)),
      clock: parts.clock,
      retryDelayMs: pauseAfter,
      alongside: async (tx, end) => {
        if (end.state === "refused") await noteRefusal(parts, board, tx, { ...row, ...end });
      },
    });
    return state === "done" || state === "refused" ? "settled" : "later";
  } catch (error) {
    if (!signal.aborted) parts.log.warn("outside write failed", { key: row.key, error: toMaestroError(error).message });
    return "later";
  }
}

/** A refused write may leave its lane with nothing to wait for: what follows is decided and written with the refusal. */
async function noteRefusal(
  parts: OrchestratorParts,
  board: Board,
  tx: RecordTransaction,
  row: OutboxRow,
): Promise<void> {
  const lane = await tx.lane(row.laneId);
  if (lane === undefined) return;
  const workflow = parts.workflows.current();
  const now = parts.clock.now();
  const openOutbox = board.outboxOf(lane.id).filter((open) => open.key !== row.key);
  const plan = planRefusal({ workflow, lane, issue: undefined, change: undefined, openOutbox, now }, row);
  await writePlan(parts, tx, plan, { lane, issue: lane.issue, workflow, resume: null, openOutbox, now });
}

interface Found {
  readonly done: true;
  readonly result: string | null;
}
type LookUp = Found | { readonly done: false };

/** The verbs behind the intents of one lane, and how each is looked up when its answer was lost. */
class OutsideWriter {
  readonly #parts: OrchestratorParts;
  readonly #lane: Lane;

  constructor(parts: OrchestratorParts, lane: Lane) {
    this.#parts = parts;
    this.#lane = lane;
  }

  /** Carries an intent out; returns what the record keeps as its result. */
  async send(intent: Intent, signal: AbortSignal): Promise<string | null> {
    const tracker = this.#parts.outside.tracker();
    switch (intent.kind) {
      case "issue_move": {
        const result = await tracker.move(intent.issueId, { to: intent.to, from: intent.from }, { signal });
        if (result !== "conflict") return result;
        throw new MaestroError({
          code: "tracker_conflict",
          message: `The issue is no longer ${intent.from}; it was not moved to ${intent.to}.`,
        });
      }
      case "issue_comment":
        return tracker.ensureComment(intent.issueId, intent.topic, intent.body, AUTHOR, { signal });
      case "issue_label":
        await tracker.label(intent.issueId, { add: listed(intent.add), remove: listed(intent.remove) }, { signal });
        return null;
      case "ensure_change":
        return this.#seen(await this.#forge().ensureChange(intent, { signal }));
      case "publish_check": {
        const { name, headSha, passed, summary } = intent;
        await this.#forge().publishCheck(
          this.#changeId(intent.changeId),
          { name, headSha, passed, summary },
          { signal },
        );
        return null;
      }
      default:
        throw new MaestroError({
          code: "outbox_misrouted",
          message: `A worker carries out ${intent.kind}, not the orchestrator.`,
        });
    }
  }

  /** Whether an intent's effect is there. */
  async lookUp(intent: Intent, signal: AbortSignal): Promise<LookUp> {
    const tracker = this.#parts.outside.tracker();
    switch (intent.kind) {
      case "issue_move": {
        const [issue] = await tracker.issuesByIds([intent.issueId], { signal });
        return issue !== undefined && sameState(issue.state, intent.to)
          ? { done: true, result: "moved" }
          : { done: false };
      }
      case "issue_comment": {
        const comments = await tracker.comments(intent.issueId, null, { signal });
        const kept = comments.find(
          (comment) => comment.topic === intent.topic && comment.body.trim() === intent.body.trim(),
        );
        return kept === undefined ? { done: false } : { done: true, result: kept.id };
      }
      case "ensure_change": {
        const change = await this.#forge().findChange(intent.branch, { signal });
        const fits = change !== undefined && change.state === "open" && change.headSha === intent.headSha;
        return fits ? { done: true, result: await this.#seen(change) } : { done: false };
      }
      case "issue_label": {
        const [issue] = await tracker.issuesByIds([intent.issueId], { signal });
        const labels = issue?.labels ?? [];
        const isSet = listed(intent.add).every((label) => labels.includes(label));
        const isGone = listed(intent.remove).every((label) => !labels.includes(label));
        return issue !== undefined && isSet && isGone ? { done: true, result: null } : { done: false };
      }
      case "publish_check": {
        const [change] = await this.#forge().changesByIds([this.#changeId(intent.changeId)], { signal });
        const status = intent.passed ? "passed" : "failed";
        const fits = change?.checks.some(
          (check) => check.name === intent.name && check.headSha === intent.headSha && check.status === status,
        );
        return fits === true ? { done: true, result: null } : { done: false };
      }
      default:
        return { done: false };
    }
  }

  #forge(): Forge {
    const forge = this.#parts.outside.forge();
    if (forge !== null) return forge;
    throw new MaestroError({
      code: "forge_invalid_config",
      message: "The workflow names no forge.",
      hint: "Add repo.provider.kind.",
    });
  }

  /** The change of the lane: known to the intent, or made by the write before it. */
  #changeId(planned: string): string {
    const id = planned === "" ? this.#lane.branch?.changeId : planned;
    if (id) return id;
    throw new MaestroError({ code: "forge_not_found", message: "The lane has no change yet." });
  }

  async #seen(change: Change): Promise<string> {
    await this.#parts.record.transact((tx) => tx.append([changeSeen(this.#lane, change)]));
    return change.id;
  }
}

/** The observation of a change in the facts that lanes decide on. */
export function changeSeen(lane: Lane, change: Change) {
  return {
    workflowId: lane.workflowId,
    laneId: lane.id,
    run: null,
    fence: null,
    event: {
      type: "change_seen" as const,
      data: {
        changeId: change.id,
        url: change.url,
        state: change.state,
        headSha: change.headSha,
        mergedSha: change.mergedSha,
        review: reviewDecision(change),
        checks: checkSummary(change),
      },
    },
  };
}

function listed(label: string | null): string[] {
  return normaliseLabels(label === null ? [] : [label]);
}
