import type { IssueRow } from "../../model/documents/api.ts";
import type { LaneDocument } from "../../model/documents/lane.ts";
import { ToneIcon } from "../parts/icons.tsx";
import { Plain } from "../parts/plain.tsx";
import { stageLabel, stageTone } from "../words.ts";
import { Ago, Since } from "../parts/ago.tsx";
import { Actions } from "./actions.tsx";

/** What the issue is, where it stands and why, and what may be done about it. */
export function IssueHeader({ issue, lane }: { issue: IssueRow; lane: LaneDocument | null }) {
  const needsPerson = lane !== null && needsSomebody(lane);
  const retry = lane?.work === null ? lane.queued_retry : null;
  const tone = retry === null ? stageTone(issue.stage, { isMoving: lane?.work != null, needsPerson }) : "retry";
  return (
    <header class="issue-header">
      <h1>
        <span class="identifier">{issue.issue_identifier}</span> {issue.title}
      </h1>
      <div class={`standing${needsPerson ? " standing-person" : ""}`}>
        <ToneIcon tone={tone} />
        <div class="standing-words">
          <p class="standing-stage">
            {retry === null ? (
              stageLabel(issue.stage)
            ) : (
              <>
                Tries again <Ago at={retry.due_at} />
              </>
            )}
            {lane?.work != null && (
              <span class="quiet">
                {" "}
                for <Since since={lane.work.since} />
              </span>
            )}
          </p>
          <p class="standing-why">
            <Plain text={(lane === null ? null : news(lane)) ?? issue.reason.sentence} />
          </p>
        </div>
        {lane !== null && <Actions lane={lane} hasKeys />}
      </div>
    </header>
  );
}

/** While an agent works, what it said last is news; why it began is not. */
function news({ work, run_rows: [newest] }: LaneDocument): string | null {
  return work?.kind === "run" && newest?.run === work.run ? newest.last_message : null;
}

/** Whether a person has the next word: what they may ask for now says so. */
function needsSomebody(lane: LaneDocument): boolean {
  return lane.verbs.includes("approve") || lane.verbs.includes("unpark");
}
