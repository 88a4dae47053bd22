import type { CandidateFacts } from "../model/facts.ts";
import { refuse, type Verdict } from "../model/verdict.ts";

/** Whether an issue without running work may be started now, with the reason (S-112). */
export function judgeEligibility(facts: CandidateFacts): Verdict {
  return refuse("undecided", `${facts.issue.identifier} is not judged yet`);
}
