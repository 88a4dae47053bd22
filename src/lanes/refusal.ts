import type { LaneFacts } from "../model/facts.ts";
import { sameState } from "../model/issue.ts";
import { type Intent, type OutboxRow, WORKER_INTENTS } from "../model/outbox.ts";
import type { Plan } from "../model/plan.ts";
import { knownIssue, parkSteps } from "../policy/index.ts";
import { because, waitFor } from "./rule.ts";

/**
 * What a refused outside write means for its lane. Asked once, in the transaction that settles the row as refused. A
 * worker's writes are judged by the outcome of its work; labels, comments and checks are only noted.
 */
export function planRefusal(facts: LaneFacts, row: OutboxRow): Plan {
  const { intent } = row;
  const said = row.result === null ? "" : ` It said: ${row.result}`;
  const { parked, stage } = facts.lane;
  if ("byAgent" in intent) return waitFor(because("write_refused", `Refused to the agent: ${intent.kind}.${said}`));
  if (stage !== "closed" && intent.kind === "ensure_change" && (parked === null || stage === "handing_off")) {
    const why = because("change_refused", `The forge refused the change.${said}`);
    // From here a person's word leads through validation and push again, and thereby to a new request.
    return [{ do: "stage", stage: "validating", reason: why }, ...parkSteps(facts, "input", why)];
  }
  if (stage !== "closed" && parked === null) {
    if (intent.kind === "issue_move" && !wasFaster(facts, intent, row.result)) {
      const sentence = `The tracker refused to move the issue from "${intent.from}" to "${intent.to}".${said}`;
      return parkSteps(facts, "input", because("move_refused", sentence));
    }
  }
  if (parked !== null && asksForPerson(facts, intent) && !parked.sentence.includes(GUARD)) {
    // Nobody is told on the issue, so the record is the only place that holds the lane: it says so wherever it is shown.
    const { code, until, question } = parked;
    const asked = question === undefined ? {} : { question };
    const sentence = `${parked.sentence} ${GUARD}${said} Go on with \`maestro unpark ${facts.lane.issue.identifier}\`.`;
    return [{ do: "park", until, reason: { code, sentence }, ...asked }];
  }
  const whose = WORKER_INTENTS.includes(intent.kind) ? "its work's outcome decides" : "nothing depends on it";
  return waitFor(because("write_refused", `Refused: ${intent.kind}; ${whose}.${said}`));
}

/** What a parking says whose issue could not be labelled or told. */
const GUARD = "The tracker refused to show this on the issue: only Maestro holds it back.";

/** Whether a write was to tell people that a parked lane waits for them. */
function asksForPerson({ workflow }: LaneFacts, intent: Intent): boolean {
  if (intent.kind === "issue_label") return intent.add === workflow.tracker.needsAttentionLabel;
  return intent.kind === "issue_comment" && (intent.topic === "attention" || intent.topic.startsWith("question-"));
}

/** Whether a person had moved the issue before we did: the tracker says so, or a look at the issue shows it. */
function wasFaster(facts: LaneFacts, { from }: Extract<Intent, { kind: "issue_move" }>, said: string | null): boolean {
  return (said?.startsWith("tracker_conflict") ?? false) || !sameState(knownIssue(facts).state, from);
}
