import type { Abandonment, LandOrder, LanePause, PersonWords } from "./asked.ts";
import type { KeptCheckpoint } from "./checkpoint.ts";
import type { CapacityWindow } from "./capacity.ts";
import type { Approval } from "./approval.ts";
import type { Proof } from "./evidence.ts";
import type { Issue } from "./issue.ts";
import type { Answer, Question } from "./question.ts";
import type { LaneProgress } from "./progress.ts";
import type { PolicyMark } from "./policy-mark.ts";
import type { RunSummary } from "./run-summary.ts";
import type { RunPhase, RunPurpose, WorkOutcome } from "./run.ts";
import type { RunSession } from "./session.ts";
import type { Spending } from "./spending.ts";
import type { TokenUsage } from "./usage.ts";
import type { Reason } from "./verdict.ts";
import type { WorkKind } from "./work.ts";

/**
 * Where a lane stands between its first claim and its cleanup.
 * `released` keeps the workspace but no claim: the issue left the active states and may come back.
 */
export const LANE_STAGES = [
  "working",
  "validating",
  "handing_off",
  "review_wait",
  "review_repair",
  "ready_to_land",
  "landing",
  "closeout",
  "cleanup",
  "released",
  "closed",
] as const;
export type LaneStage = (typeof LANE_STAGES)[number];

/** A start that is due later. Kinds have different counters and delays. */
export interface Retry {
  readonly kind: "failure" | "continuation" | "interruption" | "capacity" | "slot" | "refresh";
  /** 1-based count of its kind since the last success (failures), else 1. */
  readonly attempt: number;
  /** Epoch milliseconds. */
  readonly dueAt: number;
  readonly error: string | null;
}

/**
 * How the end of a piece of work moves the lane's counters: `success` clears failures, idle sessions and interruptions; `failure` adds
 * one and clears interruptions; `idle` adds an idle session and clears failures and interruptions; `interruption` adds one;
 * `nothing` leaves all.
 */
export type WorkCount = "success" | "failure" | "idle" | "interruption" | "nothing";

/** The lane's present piece of work, from enqueue to the decision that follows its end. */
export interface LaneWork {
  readonly id: string;
  readonly kind: WorkKind;
  readonly run: number;
  readonly purpose: RunPurpose;
  readonly state: "queued" | "leased" | "settled";
  /** Epoch milliseconds; when it was enqueued, and when leased. */
  readonly queuedAt: number;
  readonly startedAt: number | null;
  /** Why the orchestrator took it back; the outcome follows when its holder has stopped. */
  readonly canceled: Reason | null;
  readonly outcome: WorkOutcome | null;
}

/** Why an issue is not started again until a human or new input says so. */
export interface Parking extends Reason {
  readonly at: number;
  /** What ends it: a person's command, or a new state, label or comment on the issue. */
  readonly until: "command" | "input";
  /** What it was parked for; an answer ends it. */
  readonly question?: Question;
}

/** Facts about the lane's branch that the host saw. */
export interface LaneBranch {
  readonly name: string;
  readonly baseSha: string | null;
  readonly headSha: string | null;
  readonly pushedSha: string | null;
  /** Head whose declared validation passed on a clean checkout. */
  readonly validatedSha: string | null;
  readonly changeId: string | null;
  readonly changeUrl: string | null;
  /** Newest change fact that a repair run was already started for; never two runs for one fact. */
  readonly repairedFor: string | null;
  readonly mergedSha: string | null;
  /** The newest evidence of each kind; a mere claim of an agent is kept as `claim:<kind>`. Absent in records of older versions. */
  readonly proofs?: Readonly<Record<string, Proof>>;
  /** What the host saw in the tree of `headSha`; absent in records of older versions. */
  readonly tree?: TreeSeen;
  /** The same of `validatedSha`, whatever a run that was broken off has left since. */
  readonly validatedTree?: TreeSeen;
  /** Keys of all change facts that runs were told of; never two runs for one of them. */
  readonly answered?: readonly string[];
}

/** A lane's tree, as the host saw it when it took a run's work over. */
export interface TreeSeen {
  readonly headSha: string;
  /** Whether it differs from the base. */
  readonly changed: boolean;
  /** Whether nothing in it was left uncommitted. */
  readonly clean: boolean;
  /** Files that decide how changes are made and checked (`guardedPaths`). */
  readonly guarded: readonly string[];
}

/** One issue, one workspace and (when the profile changes code) one branch. A projection of its events. */
export interface Lane {
  readonly id: string;
  readonly workflowId: string;
  /** 1 for an issue's first lane; the next lane of an issue that came back is 2. */
  readonly ordinal: number;
  readonly issue: Issue;
  readonly profile: string;
  readonly workflowHash: string;
  readonly machine: string;
  readonly workspaceKey: string;
  /** Folder of the workspace, from its preparation to its removal. */
  readonly workspacePath?: string | null;
  readonly stage: LaneStage;
  /** Why it stands there. */
  readonly reason: Reason;
  readonly fence: number;
  /** Number of the last run; 0 before the first. */
  readonly lastRun: number;
  readonly work: LaneWork | null;
  readonly retry: Retry | null;
  readonly parked: Parking | null;
  /** What the next run is told; kept until a run that knew it has ended by itself. */
  readonly answer?: Answer | null;
  /** Set while a person holds it still. Absent: nobody does. */
  readonly paused?: LanePause | null;
  /** What its agent has not been told yet, oldest first. Absent: nothing. */
  readonly words?: readonly PersonWords[];
  /** A person's order to land its change. Absent: there is none. */
  readonly landOrder?: LandOrder;
  /** A person gave it up: from here it is only put away. */
  readonly abandoned?: Abandonment;
  /** Where its work stands, as its agent recorded it last. Memory: nothing is decided on it. Absent: nothing was recorded. */
  readonly checkpoint?: KeptCheckpoint;
  /** What its agent wrote into the workpad last. Absent: nothing. */
  readonly workpad?: string;
  readonly branch: LaneBranch | null;
  /** Failed runs since the last success. */
  readonly failures: number;
  /** Interruptions (crash, shutdown, lost machine) since the last run that ended by itself. */
  readonly interruptions: number;
  /** Clean sessions in a row without a deliverable. */
  readonly idleSessions: number;
  /** Sessions in all. */
  readonly sessions: number;
  /** Route that the accepted hand-off named, while it is carried out. */
  readonly handOff: { readonly route: string; readonly summary: string; readonly noChange: string | null } | null;
  readonly usage: TokenUsage;
  /** What its issue has used up, in all its lanes. Absent: nothing. */
  readonly spent?: Spending;
  /** Whether it gets on. Absent: it has done nothing yet. */
  readonly progress?: LaneProgress;
  /** State that Maestro itself moved the issue to last, also for its agent; `null` once somebody else moved it. */
  readonly ownMove?: string | null;
  /** Moves of the issue that Maestro itself planned, also for its agent, and that the tracker has not shown yet, oldest first. */
  readonly ownMoves?: readonly { readonly key: string; readonly to: string }[];
  /** What people were asked and have not answered, and the answers that still decide something, oldest first. Absent: nothing. */
  readonly approvals?: readonly Approval[];
  /** How many requests there were. Absent: none. */
  readonly approvalCount?: number;
  readonly openedAt: number;
  readonly updatedAt: number;
  readonly closedAt: number | null;
}

/** One worker session on a lane. A projection of its events. */
export interface Run {
  readonly laneId: string;
  readonly workflowId: string;
  readonly number: number;
  readonly purpose: RunPurpose;
  readonly phase: RunPhase;
  readonly fence: number | null;
  readonly sessionId: string | null;
  /** Absent before there is one. */
  readonly session?: RunSession;
  readonly turns: number;
  /** The agent's own id of the last turn, when it has one. */
  readonly turnId?: string | null;
  /** The last word of the provider on each window of the account's capacity. */
  readonly capacity?: readonly CapacityWindow[];
  readonly toolCalls: number;
  readonly usage: TokenUsage;
  readonly workspacePath: string | null;
  /** The policy that it began under, with the hashes of workflow and profile; absent in older records. */
  readonly policy?: PolicyMark;
  readonly outcome: WorkOutcome | null;
  readonly lastEvent: string | null;
  readonly lastMessage: string | null;
  readonly claimedAt: number;
  readonly startedAt: number | null;
  readonly lastEventAt: number;
  /** When the agent itself last said or did something; absent before it did. */
  readonly lastAgentAt?: number;
  /** What it came to; absent before its end, and for a run whose worker died. */
  readonly summary?: RunSummary;
  readonly endedAt: number | null;
}

/** Whether a lane still holds its issue: no second lane may open meanwhile. */
export function isOpen(lane: Lane): boolean {
  return lane.stage !== "closed";
}

/** Whether a lane holds one of the agents' slots: a run that is queued or leased. */
export function holdsSlot(lane: Lane): boolean {
  return lane.work !== null && lane.work.kind === "run" && lane.work.state !== "settled";
}
