import { type Change, checkSummary } from "../../src/model/change.ts";
import type { Event } from "../../src/model/events/index.ts";
import type { LaneFacts } from "../../src/model/facts.ts";
import type { Issue } from "../../src/model/issue.ts";
import type { Lane } from "../../src/model/lane.ts";
import { type Intent, outboxKey } from "../../src/model/outbox.ts";
import type { Plan, Step } from "../../src/model/plan.ts";
import type { WorkOutcome } from "../../src/model/run.ts";
import type { WorkKind } from "../../src/model/work.ts";
import { planLane } from "../../src/lanes/index.ts";
import { planAfterWork } from "../../src/policy/index.ts";
import { applyToLane } from "../../src/record/index.ts";
import {
  changeOf,
  checkOf,
  factsOf,
  FRESH_BRANCH,
  issueOf,
  laneOf,
  NOW,
  outcomeOf,
  reviewOf,
} from "../policy/facts.ts";

/** What happens to a lane that no person looks after. Endings and check results come around again and again. */
export interface Script {
  readonly endings: Readonly<Record<WorkKind, readonly Partial<WorkOutcome>[]>>;
  readonly checks: readonly ("passed" | "failed")[];
  readonly mergeability: Change["mergeability"];
  readonly isApproved: boolean;
}

/** One lane from its first claim on, with a tracker and a forge that do at once what is written. */
export class Walk {
  lane: Lane;
  issue: Issue = issueOf();
  change: Change | null = null;
  now = NOW;
  readonly started = { run: 0, validate: 0, land: 0, clean: 0 };
  readonly #script: Script;
  readonly #written = new Set<string>();

  constructor(script: Script) {
    this.#script = script;
    this.lane = laneOf({ issue: this.issue, branch: { ...FRESH_BRANCH, headSha: null }, lastRun: 0 });
  }

  /** Goes on until nothing more happens by itself. `false` when that takes more than `limit` decisions. */
  settle(limit: number): boolean {
    for (let decisions = 0; decisions < limit; decisions += 1) {
      if (this.lane.stage === "closed") return true;
      const plan = this.lane.work === null ? planLane(this.facts()) : planAfterWork(this.facts());
      if (plan.every((step) => step.do === "wait")) {
        if (this.lane.retry === null) return true;
        if (this.lane.retry.dueAt <= this.now) return false;
        this.now = this.lane.retry.dueAt;
      } else this.#carryOut(plan);
    }
    return false;
  }

  facts(): LaneFacts {
    return factsOf(this.lane, { issue: this.issue, change: this.change, now: this.now });
  }

  #carryOut(plan: Plan): void {
    for (const step of plan) {
      if (step.do === "write") this.#write(step.write.intent, step.write.topic, step.write.revision);
      else for (const event of this.#eventsOf(step)) this.#apply(event);
    }
  }

  #apply(event: Event): void {
    const scope = { workflowId: this.lane.workflowId, laneId: this.lane.id, run: null, fence: null };
    this.lane =
      applyToLane(this.lane, { ...scope, version: 1, seq: 1, at: this.now, runSeq: null, event }) ?? this.lane;
  }

  #eventsOf(step: Step): Event[] {
    const work = this.lane.work;
    switch (step.do) {
      case "start_run":
        return this.#work("run", step.repairs, step.answers);
      case "start_validate":
        return this.#work("validate", null);
      case "start_land":
        return this.#work("land", null);
      case "start_clean":
        return this.#work("clean", null);
      case "close_work":
        if (work === null) return [];
        return [
          { type: "work_closed", data: { id: work.id, kind: work.kind, counts: step.counts, reason: step.reason } },
        ];
      case "accept_hand_off":
        return [
          { type: "hand_off_accepted", data: { route: step.route, summary: step.summary, noChange: step.noChange } },
        ];
      case "stage":
        return [{ type: "lane_staged", data: { stage: step.stage, reason: step.reason } }];
      case "schedule":
        return [{ type: "retry_scheduled", data: step.retry }];
      case "clear_retry":
        return [{ type: "retry_cleared", data: { reason: step.reason } }];
      case "park":
        return [{ type: "lane_parked", data: { ...step.reason, at: this.now, until: step.until } }];
      case "unpark":
        return [{ type: "lane_unparked", data: { actor: "test", reason: step.reason } }];
      case "close_lane":
        return [{ type: "lane_closed", data: { reason: step.reason } }];
      default:
        return [];
    }
  }

  /** The whole life of a piece of work, ended as the script says; a run that hands off has made a new head. */
  #work(kind: WorkKind, repairs: string | null, answers: readonly string[] = []): Event[] {
    const endings = this.#script.endings[kind];
    const drawn = outcomeOf(endings[this.started[kind] % endings.length] ?? {});
    this.started[kind] += 1;
    const run = this.lane.lastRun + (kind === "run" ? 1 : 0);
    const id = `${kind}-${this.started[kind]}`;
    const fence = this.lane.fence + 1;
    const headSha = kind === "run" ? `head-${run}` : (this.lane.branch?.headSha ?? null);
    const outcome = { ...drawn, headSha };
    const why = { code: "test", sentence: "By the script." };
    return [
      {
        type: "work_enqueued",
        data: { id, kind, run, purpose: "retry", workflowHash: "hash", reason: why, repairs, answers },
      },
      { type: "lease_granted", data: { id, kind, fence, holder: "test" } },
      ...(outcome.status === "succeeded" && headSha !== null ? this.#seen(kind, headSha, outcome) : []),
      { type: "work_settled", data: { id, kind, outcome } },
    ];
  }

  #seen(kind: WorkKind, headSha: string, { signal }: WorkOutcome): Event[] {
    if (kind === "clean" || (kind === "run" && signal.kind !== "hand_off")) return [];
    const kinds = { run: ["commit"], validate: ["validation", "pushed"], land: ["landed"] }[kind];
    if (kind === "land" && this.change !== null) this.change = { ...this.change, state: "merged", mergedSha: headSha };
    return kinds.map((name) => ({
      type: "evidence_recorded",
      data: { kind: name, witness: "host", ok: true, sentence: name, headSha, facts: { changed: true } },
    }));
  }

  #write(intent: Intent, topic: string, revision: string): void {
    const key = outboxKey(this.lane.id, intent.kind, topic, revision);
    if (this.#written.has(key)) return;
    this.#written.add(key);
    if (intent.kind === "issue_move" && intent.from === this.issue.state) this.#touch({ state: intent.to });
    if (intent.kind === "issue_label" && intent.add !== null) this.#touch({ labels: [intent.add] });
    if (intent.kind === "ensure_change") this.#putUp(intent.headSha);
    this.#apply({ type: "outbox_settled", data: { key, state: "done", result: null } });
  }

  #touch(changes: Partial<Issue>): void {
    this.issue = { ...this.issue, ...changes, updatedAt: (this.issue.updatedAt ?? 0) + 1 };
  }

  #putUp(headSha: string): void {
    const { checks, isApproved, mergeability } = this.#script;
    const status = checks[(this.started.validate - 1) % checks.length] ?? "passed";
    this.change = changeOf({
      headSha,
      mergeability,
      checks: [checkOf({ headSha, status })],
      reviews: isApproved ? [reviewOf({ headSha })] : [],
    });
    const { id, url, state, mergedSha } = this.change;
    const review = isApproved ? ("approved" as const) : ("none" as const);
    const seen = { changeId: id, url, state, headSha, mergedSha, review, checks: checkSummary(this.change) };
    this.#apply({ type: "change_seen", data: seen });
  }
}
