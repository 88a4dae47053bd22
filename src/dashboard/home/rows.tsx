import type { ComponentChildren } from "preact";
import type { IssueRow } from "../../model/documents/api.ts";
import type { RetryRow, RunningRow, WaitingRow } from "../../model/documents/status.ts";
import { useDesk } from "../data/desk-context.ts";
import { useResource } from "../data/resource.ts";
import { compact } from "../instant.ts";
import { Ago, Since } from "../parts/ago.tsx";
import { Sign, ToneIcon } from "../parts/icons.tsx";
import { Link } from "../parts/navigation.tsx";
import { Plain } from "../parts/plain.tsx";
import { type IssueTab, issuePath } from "../route.ts";
import { countOf, doing, phaseLabel, sentenceCase, stageLabel, stageTone, type Tone, workLabel } from "../words.ts";

interface RowProps {
  readonly identifier: string;
  readonly title: string;
  readonly tone: Tone;
  readonly label: string;
  /** The sentence below the title. */
  readonly why: string;
  readonly tab?: IssueTab;
  /** A word that invites, in place of nothing. */
  readonly invitation?: string | undefined;
  /** Right of the label: numbers and times. */
  readonly children: ComponentChildren;
}

/** An issue in a list. All of it is one link, so that one press of a key or a thumb opens it. */
function Row({ identifier, title, tone, label, why, tab, invitation, children }: RowProps) {
  return (
    <li class="row">
      <Link href={issuePath(identifier, tab)} class="row-link" data-row>
        <ToneIcon tone={tone} />
        <span class="row-name">
          <span class="identifier">{identifier}</span> <span class="row-title">{title}</span>
        </span>
        {why !== "" && (
          <span class="row-why">
            <Plain text={why} />
          </span>
        )}
        <span class={`label label-${tone}`}>{label}</span>
        <span class="row-facts">
          {children}
          {invitation !== undefined && (
            <span class="invitation">
              {invitation}
              <Sign name="chevron" />
            </span>
          )}
        </span>
      </Link>
    </li>
  );
}

export function RunningRows({ rows }: { rows: readonly RunningRow[] }) {
  return (
    <ul class="rows">
      {rows.map((row) => (
        <Row
          key={row.run_id}
          identifier={row.issue_identifier}
          title={row.title}
          tone={row.phase === "queued" ? "waiting" : "running"}
          label={row.work === "run" || row.phase === "queued" ? phaseLabel(row.phase) : stageLabel(row.stage)}
          why={row.wait_reason?.sentence ?? row.last_message ?? doing(row.work)}
        >
          <span class="fact fact-wide">{workLabel(row.work, row.run)}</span>
          <span class="fact fact-wide">
            {row.tokens.total_tokens > 0 && `${compact(row.tokens.total_tokens)} tokens`}
          </span>
          <Since since={row.started_at} />
        </Row>
      ))}
    </ul>
  );
}

/** What somebody is asked to do, and where they do it. */
function invite({ stage }: WaitingRow): Pick<RowProps, "tab" | "invitation"> {
  return stage === "review_wait" ? { tab: "diff", invitation: "Review" } : { invitation: "Decide" };
}

export function WaitingRows({ rows }: { rows: readonly WaitingRow[] }) {
  if (rows.length === 0) return null;
  return (
    <ul class="rows">
      {rows.map((row) => (
        <Row
          key={row.lane_id ?? row.issue_id}
          identifier={row.issue_identifier}
          title={row.title}
          tone={stageTone(row.stage, { isMoving: false, needsPerson: row.needs_person })}
          label={stageLabel(row.stage)}
          why={row.reason.sentence}
          {...(row.needs_person ? invite(row) : {})}
        >
          {row.change_id !== null && <span class="fact fact-wide">Change {row.change_id}</span>}
        </Row>
      ))}
    </ul>
  );
}

export function RetryRows({ rows }: { rows: readonly RetryRow[] }) {
  const desk = useDesk();
  const { data: open } = useResource(rows.length === 0 ? null : desk.open);
  if (rows.length === 0) return null;
  return (
    <ul class="rows">
      {rows.map((row) => (
        <Row
          key={row.lane_id}
          identifier={row.issue_identifier}
          title={open?.find((issue) => issue.issue_id === row.issue_id)?.title ?? ""}
          tone="retry"
          label={row.kind === "failure" ? `Retry ${row.attempt}` : sentenceCase(row.kind)}
          why={row.error ?? "It goes on by itself."}
        >
          <Ago at={row.due_at} />
        </Row>
      ))}
    </ul>
  );
}

/** Trackers have many words for an end that is no success; the row itself knows only the word. */
const GIVEN_UP = /cancel|reject|duplicate|abandon|won.?t/i;
/** How nearly every lane ends; said two thousand times it hides the ends that are worth reading. */
const ROUTINE_END = /^The workspace was removed\.( The branch \S+ was deleted\.)?$/;

export function FinishedRows({ rows }: { rows: readonly IssueRow[] }) {
  return (
    <ul class="rows rows-quiet">
      {rows.map((row) => (
        <Row
          key={row.issue_id}
          identifier={row.issue_identifier}
          title={row.title}
          tone={GIVEN_UP.test(row.state) ? "canceled" : "done"}
          label={row.state}
          why={ROUTINE_END.test(row.reason.sentence) ? "" : row.reason.sentence}
        >
          <span class="fact fact-wide">{countOf(row.runs, "run")}</span>
          <span class="fact fact-wide">{row.total_tokens > 0 && `${compact(row.total_tokens)} tokens`}</span>
          {row.updated_at !== null && <Ago at={row.updated_at} />}
        </Row>
      ))}
    </ul>
  );
}
