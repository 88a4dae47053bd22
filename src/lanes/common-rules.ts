import type { LaneFacts } from "../model/facts.ts";
import { LANE_STAGES, type LaneStage } from "../model/lane.ts";
import { reason } from "../model/verdict.ts";
import { isTerminal } from "../model/workflow.ts";
import {
  describePending,
  describeRetry,
  describeWork,
  isOnlyMoved,
  judgeMove,
  knownIssue,
  pendingWrites,
  planCleanup,
  planCloseout,
  planMove,
} from "../policy/index.ts";
import { because, type Rule, waitFor } from "./rule.ts";

/** Stages with something that an ended issue or a merge may still cut short. */
const BEFORE_CLOSEOUT: readonly LaneStage[] = LANE_STAGES.filter(
  (stage) => !["closeout", "cleanup", "closed"].includes(stage),
);

/** Whether the forge, or the host's own merge, says that the change is in its base. */
export function isMerged({ change, lane }: LaneFacts): boolean {
  return change?.state === "merged" || (lane.branch?.mergedSha ?? null) !== null;
}

/** What holds in every stage, before the rows of the stage itself. */
export const COMMON_RULES: readonly Rule[] = [
  {
    code: "closed",
    stages: ["closed"],
    when: () => true,
    plan: ({ lane }) => waitFor(because("closed", lane.reason.sentence)),
  },
  {
    code: "lane_has_work",
    stages: LANE_STAGES,
    when: ({ lane }) => lane.work !== null,
    plan: ({ lane }) => waitFor(reason("lane_has_work", describeWork(lane))),
  },
  {
    code: "merged",
    stages: BEFORE_CLOSEOUT,
    when: isMerged,
    plan: (facts) => planCloseout(facts, because("merged", `The change of ${facts.lane.issue.identifier} is merged.`)),
  },
  {
    code: "closed_unmerged",
    stages: BEFORE_CLOSEOUT,
    // A lane that only moved its issue has nothing to clean up.
    when: ({ issue, lane, workflow }) => issue != null && isTerminal(workflow, issue.state) && !isOnlyMoved(lane),
    plan: (facts) => {
      const { identifier, state } = knownIssue(facts);
      return planCleanup(facts, because("closed_unmerged", `${identifier} is in "${state}", which ends it.`));
    },
  },
  {
    code: "lane_parked",
    stages: LANE_STAGES,
    // In cleanup only a person's command ends what parked it there; input was asked for before the issue ended.
    when: ({ lane }) => lane.parked !== null && (lane.stage !== "cleanup" || lane.parked.until === "command"),
    plan: ({ lane }) => waitFor(reason("lane_parked", `Parked: ${lane.parked?.sentence ?? lane.reason.sentence}`)),
  },
  {
    code: "retry_not_due",
    stages: LANE_STAGES,
    when: ({ lane, now }) => lane.retry !== null && lane.retry.dueAt > now,
    plan: ({ lane, now }) => waitFor(reason("retry_not_due", describeRetry(lane, now))),
  },
  {
    code: "outbox_pending",
    stages: LANE_STAGES,
    when: ({ openOutbox }) => pendingWrites(openOutbox).length > 0,
    plan: ({ openOutbox }) => waitFor(reason("outbox_pending", describePending(pendingWrites(openOutbox)))),
  },
  {
    code: "route_moves",
    stages: BEFORE_CLOSEOUT,
    when: ({ issue, workflow }) => issue != null && judgeMove(workflow, issue)?.ok === true,
    plan: (facts) => planMove(facts, knownIssue(facts)),
  },
];
