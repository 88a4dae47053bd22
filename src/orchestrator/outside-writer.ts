import { MaestroError } from "../base/errors.ts";
import type { Forge } from "../contracts/forge.ts";
import type { Change } from "../model/change.ts";
import { normaliseLabels, sameState } from "../model/issue.ts";
import type { Lane } from "../model/lane.ts";
import type { Intent } from "../model/outbox.ts";
import { changeSeen } from "./change-seen.ts";
import { isReviewed, reviewChange } from "./review-change.ts";
import type { OrchestratorParts } from "./ports.ts";

/** Name that Maestro's own comments carry. */
const AUTHOR = "maestro";

interface Found {
  readonly done: true;
  readonly result: string | null;
}
type LookUp = Found | { readonly done: false };

/** The verbs behind the intents of one lane, and how each is looked up when its answer was lost. */
export class OutsideWriter {
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
      case "review_change":
        return reviewChange(this.#forge(), intent, signal);
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
      case "review_change":
        return (await isReviewed(this.#forge(), intent, signal))
          ? { done: true, result: intent.decision }
          : { done: false };
      default:
        return this.#lookUpWorkers(intent, signal);
    }
  }

  /** What a worker began before its work ended. */
  async #lookUpWorkers(
    intent: Extract<Intent, { kind: "push" | "merge" | "delete_branch" }>,
    signal: AbortSignal,
  ): Promise<LookUp> {
    switch (intent.kind) {
      case "push": {
        const head = await this.#forge().branchHead(intent.branch, { signal });
        return head === intent.sha ? { done: true, result: "pushed" } : { done: false };
      }
      case "merge": {
        const [change] = await this.#forge().changesByIds([intent.changeId], { signal });
        if (change?.state !== "merged" || change.headSha !== intent.headSha) return { done: false };
        await this.#seen(change);
        return { done: true, result: change.mergedSha };
      }
      case "delete_branch": {
        const head = await this.#forge().branchHead(intent.branch, { signal });
        return head === undefined ? { done: true, result: "deleted" } : { done: false };
      }
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

function listed(label: string | null): string[] {
  return normaliseLabels(label === null ? [] : [label]);
}
