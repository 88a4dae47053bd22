import { MaestroError } from "../base/errors.ts";
import type { Forge } from "../contracts/forge.ts";
import type { Change } from "../model/change.ts";
import type { Lane } from "../model/lane.ts";
import type { Intent } from "../model/outbox.ts";
import { changeSeen, linksSeen } from "./change-seen.ts";
import { type ChangeIntent, lookUpInChange, sendToChange } from "./outside/change-writes.ts";
import { lookUpInTracker, sendToTracker } from "./outside/issue-writes.ts";
import { FOUND_NOTHING, found, type LookUp } from "./outside/look-up.ts";
import type { OrchestratorParts } from "./ports.ts";

type IntentOf<K extends Intent["kind"]> = Extract<Intent, { kind: K }>;

type WriterParts = Pick<OrchestratorParts, "outside" | "record">;

/** The verbs behind the intents of one lane, and how each is looked up when its answer was lost. */
export class OutsideWriter {
  readonly #parts: WriterParts;
  readonly #lane: Lane;

  constructor(parts: WriterParts, lane: Lane) {
    this.#parts = parts;
    this.#lane = lane;
  }

  /** Carries an intent out; returns what the record keeps as its result. */
  async send(intent: Intent, signal: AbortSignal): Promise<string | null> {
    if ("issueId" in intent) return sendToTracker(this.#parts.outside.tracker(), intent, signal);
    if (isAboutChange(intent)) return sendToChange(this.#forge(), this.#changeId(intent.changeId), intent, signal);
    if (intent.kind === "ensure_change") return this.#ensureChange(intent, signal);
    throw new MaestroError({
      code: "outbox_misrouted",
      message: `A worker carries out ${intent.kind}, not the orchestrator.`,
    });
  }

  /** Whether an intent's effect is there. */
  async lookUp(intent: Intent, signal: AbortSignal): Promise<LookUp> {
    if ("issueId" in intent) return lookUpInTracker(this.#parts.outside.tracker(), intent, signal);
    if (isAboutChange(intent)) return lookUpInChange(this.#forge(), this.#changeId(intent.changeId), intent, signal);
    if (intent.kind !== "ensure_change") return this.#lookUpWorkers(intent, signal);
    const change = await this.#forge().findChange(intent.branch, { signal });
    if (change?.headSha !== intent.headSha) return FOUND_NOTHING;
    // Somebody was faster and closed or merged what was made: it is not made again.
    if (change.state !== "open") return found(await this.#seen(change));
    // Without a draft's end, and for an agent's words, the verb itself looks first.
    return !intent.byAgent && (intent.draft || !change.draft) ? found(await this.#seen(change)) : FOUND_NOTHING;
  }

  /** What is wanted for review is made ready when it began as a draft. */
  async #ensureChange(intent: IntentOf<"ensure_change">, signal: AbortSignal): Promise<string> {
    const forge = this.#forge();
    const change = await forge.ensureChange(intent, { signal });
    if (!change.draft || intent.draft || forge.setDraft === undefined) return this.#seen(change);
    await forge.setDraft(change.id, false, { signal });
    return this.#seen({ ...change, draft: false });
  }

  /** What a worker began before its work ended. */
  async #lookUpWorkers(intent: IntentOf<"push" | "merge" | "delete_branch">, signal: AbortSignal): Promise<LookUp> {
    switch (intent.kind) {
      case "push": {
        const head = await this.#forge().branchHead(intent.branch, { signal });
        return head === intent.sha ? found("pushed") : FOUND_NOTHING;
      }
      case "merge": {
        const [change] = await this.#forge().changesByIds([intent.changeId], { signal });
        if (change?.state !== "merged" || change.headSha !== intent.headSha) return FOUND_NOTHING;
        await this.#seen(change);
        return found(change.mergedSha);
      }
      case "delete_branch": {
        const head = await this.#forge().branchHead(intent.branch, { signal });
        return head === undefined ? found("deleted") : FOUND_NOTHING;
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
    await this.#parts.record.transact((tx) =>
      tx.append([changeSeen(this.#lane, change), linksSeen(this.#lane, change)]),
    );
    return change.id;
  }
}

function isAboutChange(intent: Intent): intent is ChangeIntent {
  return "changeId" in intent && intent.kind !== "merge";
}
