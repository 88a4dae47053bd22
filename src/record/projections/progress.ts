import type { StoredEvent } from "../../model/events/envelope.ts";
import type { EventOf } from "../../model/events/index.ts";
import { type Issue, sameState } from "../../model/issue.ts";
import type { Lane } from "../../model/lane.ts";
import { begunAnew, type LaneProgress, moved, NO_PROGRESS, sessionEnded } from "../../model/progress.ts";
import type { TreeMark } from "../../model/tree-mark.ts";

/** Ends of a parking that are the agent's own doing: they begin nothing anew. */
const OWN_DOING: readonly string[] = ["handed_off", "handed_off_no_change"];

/** Name under which the forge's required checks are kept among the others. */
const REQUIRED_CHECKS = "required checks";

/** How the lane gets on after an event; `undefined` when the event says nothing about that. `lane`: as it was before. */
export function applyToProgress(lane: Lane, { event }: StoredEvent): LaneProgress | undefined {
  const progress = lane.progress ?? NO_PROGRESS;
  switch (event.type) {
    case "session_started":
      return { ...progress, sessions: progress.sessions + 1, session: "begun" };
    case "usage_reported":
      return event.data.usage.totalTokens > 0 ? used(progress) : undefined;
    case "turn_finished":
      return event.data.status === "completed" ? used(progress) : undefined;
    case "work_closed":
      return closed(lane, progress, event);
    case "commit_seen":
      return event.data.mark == null ? undefined : treeSeen(progress, event.data.mark);
    case "evidence_recorded": {
      const { kind, witness, ok, facts } = event.data;
      const isCheck = kind === "check" && witness === "host" && typeof facts.command === "string";
      return isCheck ? checkSeen(progress, String(facts.command), ok) : undefined;
    }
    case "change_seen":
      return changeSeen(progress, event);
    case "work_enqueued":
      // Round 0: a person asks for the repair.
      return event.data.repairs?.startsWith("0/") === true && event.data.repairs !== lane.branch?.repairedFor
        ? begunAnew(progress)
        : undefined;
    case "lane_unparked":
      return OWN_DOING.includes(event.data.reason.code) ? undefined : begunAnew(progress);
    case "retry_cleared":
      return event.data.reason.code === "retried" ? begunAnew(progress) : undefined;
    case "input_seen":
      return begunAnew(progress);
    case "issue_refreshed":
      return isMovedByOther(lane, event.data.issue) ? begunAnew(progress) : undefined;
    default:
      return undefined;
  }
}

/** Whether the issue is in a state to which neither Maestro nor its agent moved it. */
function isMovedByOther({ issue, ownMoves = [] }: Lane, seen: Issue): boolean {
  return !sameState(issue.state, seen.state) && !ownMoves.some(({ to }) => sameState(to, seen.state));
}

function used(progress: LaneProgress): LaneProgress | undefined {
  return progress.session === "begun" ? { ...progress, session: "used" } : undefined;
}

function closed(lane: Lane, progress: LaneProgress, { data }: EventOf<"work_closed">): LaneProgress | undefined {
  if (data.kind !== "run" || lane.work?.id !== data.id) return undefined;
  return sessionEnded(progress, lane.work.outcome ?? { status: "lost", failure: null, signal: { kind: "none" } });
}

/** A tree counts when neither its files nor its difference from the base were there before. */
function treeSeen(progress: LaneProgress, { content, change }: TreeMark): LaneProgress | undefined {
  const known = new Set(progress.trees);
  const isNew = !known.has(content) && !known.has(change);
  const trees = [...new Set([...progress.trees, content, change])];
  if (trees.length === progress.trees.length) return undefined;
  return { ...(isNew ? moved(progress) : progress), trees };
}

function checkSeen(progress: LaneProgress, name: string, ok: boolean): LaneProgress | undefined {
  const { failing, turned } = progress;
  if (!ok) return failing.includes(name) ? undefined : { ...progress, failing: [...failing, name] };
  if (!failing.includes(name)) return undefined;
  const passing = { ...progress, failing: failing.filter((other) => other !== name) };
  // Whoever broke it can mend it again and again.
  return turned.includes(name) ? passing : { ...moved(passing), turned: [...turned, name] };
}

function changeSeen(progress: LaneProgress, { data }: EventOf<"change_seen">): LaneProgress | undefined {
  const { review, checks, state } = data;
  const isSettled = checks === "passed" || checks === "failed";
  const after = (isSettled ? checkSeen(progress, REQUIRED_CHECKS, checks === "passed") : undefined) ?? progress;
  const word = state === "merged" ? "merged" : review;
  if (word === progress.review) return after === progress ? undefined : after;
  const isForward = word === "approved" || word === "merged";
  return { ...(isForward ? moved(after) : after), review: word };
}
