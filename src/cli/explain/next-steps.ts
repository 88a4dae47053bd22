import type { LaneDocument } from "../../model/documents/lane.ts";
import { activeStates, isActive } from "../../model/workflow.ts";
import type { Target } from "../app.ts";
import type { Cli } from "../cli.ts";
import { commandLine } from "../next-command.ts";
import type { Outlook } from "./outlook.ts";
import type { Standing } from "./standing.ts";

/** Something that a person can do, ready to be copied. */
export interface NextStep {
  readonly command: string;
  readonly purpose: string;
}

/** What a person can do about a lane. */
export function laneSteps(cli: Cli, target: Target, lane: LaneDocument): NextStep[] {
  const { issue_identifier: issue, change_id: change, verbs, work } = lane;
  const step = (purpose: string, ...words: readonly string[]): NextStep => ({
    command: commandLine(cli, target, ...words),
    purpose,
  });
  const isRunning = work?.state === "leased";
  return [
    ...(isRunning ? [step("follow what the agent says", "logs", issue, "-f")] : []),
    ...(verbs.includes("answer") ? [step("answer its agent", "lane", "answer", issue, "<text>")] : []),
    ...(verbs.includes("unpark") ? [step("let it go on", "lane", "unpark", issue)] : []),
    ...(change !== null && verbs.includes("approve")
      ? [
          step("read the change", "change", "diff", change),
          step("approve it", "change", "review", change, "--approve"),
          step("send it back", "change", "review", change, "--request-changes", "--body", "<text>"),
        ]
      : []),
    ...(lane.queued_retry !== null && !verbs.includes("unpark") && verbs.includes("retry")
      ? [step("start it again at once", "lane", "retry", issue)]
      : []),
    ...(verbs.includes("stop_work") ? [step("break it off", "lane", "stop", issue)] : []),
    ...(lane.runs > 0 && !isRunning ? [step("read what its agent said", "logs", issue)] : []),
  ];
}

/** What a person can do about an issue, most useful first. */
export function nextSteps(cli: Cli, target: Target, outlook: Outlook, standing: Standing): NextStep[] {
  const { workflow, identifier, laneDocument } = outlook;
  const step = (purpose: string, ...words: readonly string[]): NextStep => ({
    command: commandLine(cli, target, ...words),
    purpose,
  });
  const { needsAttentionLabel, optOutLabel, requiredLabels } = workflow.tracker;
  const missing = requiredLabels.filter((label) => !(outlook.issue?.labels ?? []).includes(label));
  const [active] = activeStates(workflow);
  const byCode: Readonly<Record<string, readonly NextStep[]>> = {
    not_running: [step("start the service")],
    paused: [step("start issues again", "resume")],
    needs_attention: [step("let it go on", "issue", "label", identifier, "--remove", needsAttentionLabel)],
    opted_out: [step("hand it to Maestro", "issue", "label", identifier, "--remove", optOutLabel)],
    label_missing: [
      step("hand it to Maestro", "issue", "label", identifier, ...missing.flatMap((label) => ["--add", label])),
    ],
    blocked: blockersOf(outlook).map((blocker) => step(`see what keeps ${blocker}`, "explain", blocker)),
    no_slot: [step("see what runs", "status")],
  };
  const isMovable = outlook.issue != null && !isActive(workflow, outlook.issue.state) && laneDocument === null;
  return [
    ...(byCode[standing.code] ?? []),
    ...(isMovable && active !== undefined
      ? [step("move it to where work begins", "issue", "move", identifier, active)]
      : []),
    ...(laneDocument === null || laneDocument.closed_at !== null ? [] : laneSteps(cli, target, laneDocument)),
    ...(standing.stance === "starts" ? [step("see the prompt that it gets", "preview", identifier)] : []),
  ];
}

function blockersOf({ issue }: Outlook): string[] {
  return (issue?.blockedBy ?? []).flatMap(({ identifier }) => (identifier === null ? [] : [identifier]));
}
