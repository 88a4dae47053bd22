import type { LaneFacts } from "../model/facts.ts";
import type { Plan } from "../model/plan.ts";
import type { WorkOutcome } from "../model/run.ts";
import { because } from "./codes.ts";
import { planFailure, planFatal, planInterruption } from "./failure.ts";

/** A cleaned lane is closed; one that could not be cleaned is tried again, and at last left to a person. */
export function afterClean(facts: LaneFacts, outcome: WorkOutcome): Plan {
  const { status, failure, reason } = outcome;
  if (status === "succeeded") {
    const done = because("cleaned", reason.sentence);
    return [
      { do: "close_work", counts: "success", reason: done },
      { do: "close_lane", reason: done },
    ];
  }
  if (status === "lost" || status === "canceled" || failure === "interrupted") {
    return planInterruption(facts, reason, { until: "command" });
  }
  if (failure === "fatal") return planFatal(facts, reason, "command");
  return planFailure(facts, because("clean_failed", reason.sentence), { until: "command" });
}
