import type { EventDraft } from "../../model/events/envelope.ts";
import type { Event } from "../../model/events/index.ts";
import type { Issue } from "../../model/issue.ts";
import type { WorkOutcome } from "../../model/run.ts";
import { reason } from "../../model/verdict.ts";
import type { WorkKind, WorkSpec } from "../../model/work.ts";

// What the conformance cases of record and engine write.

/** An issue with this id and identifier. */
export function sampleIssue(id: string): Issue {
  return {
    id,
    nativeRef: null,
    identifier: id.toUpperCase(),
    title: `Issue ${id}`,
    description: "It does not work.",
    priority: null,
    state: "Todo",
    branchName: null,
    url: null,
    assigneeId: null,
    labels: [],
    blockedBy: [],
    dispatchable: true,
    createdAt: null,
    updatedAt: null,
  };
}

/** Any reason. */
export const WHY = reason("sample", "The case wants it.");

/** An outcome with this status. */
export function sampleOutcome(status: WorkOutcome["status"]): WorkOutcome {
  return {
    status,
    reason: WHY,
    failure: null,
    signal: { kind: "none" },
    headSha: null,
    changed: false,
    turns: 1,
    notBefore: null,
  };
}

/** Drafts on one lane of one workflow. */
export class LaneSample {
  readonly workflowId: string;
  readonly id: string;

  constructor(workflowId: string, id: string) {
    this.workflowId = workflowId;
    this.id = id;
  }

  /** A decision. */
  decide(event: Event): EventDraft {
    return { workflowId: this.workflowId, laneId: this.id, run: null, fence: null, event };
  }

  /** An observation of a run under a fence. */
  see(run: number, fence: number, event: Event): EventDraft {
    return { workflowId: this.workflowId, laneId: this.id, run, fence, event };
  }

  /** The lane's first event; its issue is called like the lane. */
  opened(): EventDraft {
    return this.decide({
      type: "lane_opened",
      data: {
        issue: sampleIssue(this.id),
        ordinal: 1,
        profile: "sample",
        workflowHash: "hash",
        machine: "here",
        workspaceKey: this.id,
        branch: `maestro/${this.id}`,
        reason: WHY,
      },
    });
  }

  /** The decision to start work. */
  enqueued(workId: string, run: number, kind: WorkKind = "run"): EventDraft {
    return this.decide({
      type: "work_enqueued",
      data: { id: workId, kind, run, purpose: "first", workflowHash: "hash", reason: WHY, repairs: null },
    });
  }

  /** The start of work under a new fence. */
  leased(workId: string, run: number, fence: number): EventDraft {
    return this.see(run, fence, { type: "lease_granted", data: { id: workId, kind: "run", fence, holder: "one" } });
  }

  /** An observation without consequences. */
  progress(run: number, fence: number, message: string): EventDraft {
    return this.see(run, fence, { type: "progress_seen", data: { message } });
  }

  /** Work on this lane. */
  work(workId: string, options: { run?: number; kind?: WorkKind; machine?: string } = {}): WorkSpec {
    const { run = 1, kind = "run", machine = "here" } = options;
    return {
      id: workId,
      workflowId: this.workflowId,
      laneId: this.id,
      kind,
      run,
      machine,
      payload: {
        issue: sampleIssue(this.id),
        workflowHash: "hash",
        workspaceKey: this.id,
        purpose: "first",
        attempt: null,
        branch: null,
        headSha: null,
        changeId: null,
        feedback: null,
        resume: null,
        deleteBranch: false,
        outbox: [],
      },
    };
  }
}
