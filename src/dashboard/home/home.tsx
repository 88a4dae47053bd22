import { AccountLines } from "./account-lines.tsx";
import type { IssueFields, RunningRow, StatusDocument } from "../../model/documents/status.ts";
import { useDesk } from "../data/desk-context.ts";
import { useResource } from "../data/resource.ts";
import { Skeleton, Trouble } from "../parts/states.tsx";
import { countOf } from "../words.ts";
import { Approvals } from "./approvals.tsx";
import { Finished } from "./finished.tsx";
import { Group, Nothing } from "./group.tsx";
import { NearLimitLines } from "./near-limit-lines.tsx";
import { OutsideLines } from "./outside-lines.tsx";
import { PauseLines } from "./pause-lines.tsx";
import { RetryRows, RunningRows, WaitingRows } from "./rows.tsx";

/** What needs me, what runs, why the rest waits, what finished. */
export function Home() {
  const desk = useDesk();
  const { data: status, problem } = useResource(desk.status);
  return (
    <main id="main" class="page" tabIndex={-1}>
      <h1 class="hidden-words">Issues</h1>
      {status === null && problem !== null && !problem.isSessionGone && (
        <Trouble problem={problem} onRetry={() => void desk.status.reload()} />
      )}
      {status === null && (problem === null || problem.isSessionGone) && <Skeleton rows={6} />}
      {status?.account_pauses !== undefined && <PauseLines pauses={status.account_pauses} />}
      {status?.accounts !== undefined && <AccountLines accounts={status.accounts} />}
      {status?.near_limits !== undefined && <NearLimitLines rows={status.near_limits} />}
      {status !== null && <Open status={status} />}
      {status?.outside !== undefined && <OutsideLines outside={status.outside} />}
      {status !== null && <Finished total={status.counts.closed} />}
    </main>
  );
}

function Open({ status }: { status: StatusDocument }) {
  const forPerson = status.waiting.filter((row) => row.needs_person).toSorted(byIdentifier);
  const approvals = status.approvals ?? [];
  const running = status.running.toSorted(byStart);
  const others = status.waiting.filter((row) => !row.needs_person);
  const isNew =
    status.counts.closed === 0 && status.running.length + status.waiting.length + status.retrying.length === 0;
  if (isNew) return <FirstIssue />;
  return (
    <>
      <p class="hidden-words" role="status">
        {forPerson.length > 0 && `${countOf(forPerson.length, "issue needs", "issues need")} you.`}
      </p>
      {approvals.length > 0 && (
        <Group title="Asks for your yes" count={approvals.length} isAlert>
          <Approvals rows={approvals} />
        </Group>
      )}
      <Group title="Needs you" count={forPerson.length} isAlert={forPerson.length > 0}>
        {forPerson.length === 0 ? <Nothing>Nothing needs you.</Nothing> : <WaitingRows rows={forPerson} />}
      </Group>
      <Group title="Running" count={status.running.length}>
        {status.running.length === 0 ? <Nothing>{whyNothingRuns(status)}</Nothing> : <RunningRows rows={running} />}
      </Group>
      {others.length + status.retrying.length > 0 && (
        <Group title="Waiting" count={others.length + status.retrying.length}>
          <WaitingRows rows={others} />
          <RetryRows rows={status.retrying} />
        </Group>
      )}
    </>
  );
}

/** What has run the longest comes first, and nothing changes its place while it runs. */
function byStart(left: RunningRow, right: RunningRow): number {
  return left.started_at.localeCompare(right.started_at) || byIdentifier(left, right);
}

function byIdentifier(left: IssueFields, right: IssueFields): number {
  return left.issue_identifier.localeCompare(right.issue_identifier, "en", { numeric: true });
}

function whyNothingRuns({ service, waiting, retrying }: StatusDocument): string {
  if (service.mode === "paused") return "Paused: nothing new is started until somebody resumes.";
  if (service.mode === "draining") return "Draining: the service stops when the last run has ended.";
  return waiting.length + retrying.length > 0 ? "No agent is at work." : "No agent is at work; no issue is eligible.";
}

function FirstIssue() {
  return (
    <section class="first-issue">
      <h2>No issues yet</h2>
      <p>Maestro looks at the tracker again and again; the first issue that it may take on appears here.</p>
      <p>
        With the local tracker, make one: <code>maestro issue new "What is to be done"</code>
      </p>
    </section>
  );
}
