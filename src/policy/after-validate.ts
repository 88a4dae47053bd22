import type { LaneFacts } from "../model/facts.ts";
import type { LaneStage } from "../model/lane.ts";
import type { Plan } from "../model/plan.ts";
import type { WorkOutcome } from "../model/run.ts";
import { because } from "./codes.ts";
import { planChange } from "./delivery.ts";
import { planFailure } from "./failure.ts";

/** A validated and pushed change is put up for review; a failed one goes back to the agent with what was seen. */
export function afterValidate(facts: LaneFacts, outcome: WorkOutcome): Plan {
  const { lane } = facts;
  const { status, failure, reason } = outcome;
  if (status === "succeeded") return afterPassed(facts, outcome);
  // Everything else is trouble of our own: the validation is tried again, without an agent.
  if (failure !== "validation") {
    return planFailure(facts, because("validation_broken", reason.sentence));
  }
  const why = because("validation_failed", reason.sentence);
  const stage: LaneStage = lane.branch?.changeId == null ? "working" : "review_repair";
  return planFailure(facts, why, { next: [{ do: "stage", stage, reason: why }] });
}

function afterPassed(facts: LaneFacts, outcome: WorkOutcome): Plan {
  const { branch } = facts.lane;
  const headSha = outcome.headSha ?? branch?.headSha ?? null;
  const { repo } = facts.workflow;
  if (branch === null || headSha === null || repo === null) {
    return planFailure(facts, because("head_unknown", "The checks passed, but the host saw no head of the branch."));
  }
  const why = because("validated", outcome.reason.sentence);
  return [
    { do: "close_work", counts: "success", reason: why },
    { do: "stage", stage: "handing_off", reason: why },
    planChange(facts, { branch: branch.name, base: repo.baseBranch, headSha, validation: why.sentence }),
  ];
}
