import type { LaneFacts } from "../model/facts.ts";
import type { Plan } from "../model/plan.ts";
import type { WorkOutcome } from "../model/run.ts";
import { isTerminal } from "../model/workflow.ts";
import { planCleanup } from "./cleaning.ts";
import { planCloseout } from "./closing.ts";
import { because } from "./codes.ts";
import { planCapacity, planFailure, planFatal, planInterruption } from "./failure.ts";

/** Codes of a refused merge that a repair can mend: the base has moved under the change. */
const MENDABLE = /(^|_)(conflict|behind)$/;

/** A landed lane is closed out; one that was not goes back to review, or to repair when the base is in the way. */
export function afterLand(facts: LaneFacts, outcome: WorkOutcome): Plan {
  const { status, failure, reason } = outcome;
  if (status === "succeeded") {
    const landed = because("landed", reason.sentence);
    return [{ do: "close_work", counts: "success", reason: landed }, ...planCloseout(facts, landed)];
  }
  const { issue, workflow } = facts;
  if (issue && isTerminal(workflow, issue.state)) {
    const ended = because("issue_terminal", `${issue.identifier} is in "${issue.state}", which ends it.`);
    return [{ do: "close_work", counts: "nothing", reason }, ...planCleanup(facts, ended)];
  }
  if (status === "lost" || status === "canceled" || failure === "interrupted") return planInterruption(facts, reason);
  if (failure === "fatal") return planFatal(facts, reason);
  if (failure === "capacity") return planCapacity(facts, outcome);
  const why = because("land_failed", reason.sentence);
  const stage = MENDABLE.test(reason.code) ? "review_repair" : "review_wait";
  return planFailure(facts, why, { next: [{ do: "stage", stage, reason: why }] });
}
