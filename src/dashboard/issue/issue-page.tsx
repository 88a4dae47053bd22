import { useEffect, useMemo } from "preact/hooks";
import type { IssueDocument } from "../../model/documents/api.ts";
import type { LaneDocument } from "../../model/documents/lane.ts";
import { useDesk } from "../data/desk-context.ts";
import { useResource } from "../data/resource.ts";
import { useKeys } from "../parts/keyboard.ts";
import { Link, navigate } from "../parts/navigation.tsx";
import { Skeleton, Trouble } from "../parts/states.tsx";
import { ISSUE_TABS, issuePath, type IssueTab, type Route } from "../route.ts";
import { sentenceCase } from "../words.ts";
import { Diff } from "./diff.tsx";
import { Evidence } from "./evidence.tsx";
import { IssueHeader } from "./issue-header.tsx";
import { Prompt } from "./prompt.tsx";
import { Properties } from "./properties.tsx";
import { Runs } from "./runs.tsx";
import { Timeline } from "./timeline.tsx";
import { Transcript } from "./transcript.tsx";

type IssueRoute = Extract<Route, { readonly page: "issue" }>;

/** All about one issue. */
export function IssuePage({ route }: { route: IssueRoute }) {
  const desk = useDesk();
  const resource = desk.issues.at(route.identifier);
  const { data, problem } = useResource(resource);
  return (
    <main id="main" class="page" tabIndex={-1}>
      <nav aria-label="Where you are" class="trail">
        <Link href="/">All issues</Link>
        <span aria-hidden="true">/</span>
        <span>{route.identifier}</span>
      </nav>
      {data === null && <h1 class="hidden-words">{route.identifier}</h1>}
      {data === null && problem === null && <Skeleton rows={8} />}
      {data === null && problem !== null && <Trouble problem={problem} onRetry={() => void resource.reload()} />}
      {data !== null && <Whole document={data} route={route} />}
    </main>
  );
}

function Whole({ document, route }: { document: IssueDocument; route: IssueRoute }) {
  const { issue, lane, lanes } = document;
  return (
    <>
      <IssueHeader issue={issue} lane={lane} />
      {lane === null ? (
        <p class="nothing">Maestro has not taken this issue on yet, so there is nothing else to see.</p>
      ) : (
        <div class="issue-columns">
          <div class="issue-main">
            <Tabs identifier={issue.issue_identifier} tab={route.tab} lane={lane} />
            <Tab lane={lane} route={route} />
          </div>
          <Properties lane={lane} lanes={lanes} />
        </div>
      )}
    </>
  );
}

function Tabs({ identifier, tab, lane }: { identifier: string; tab: IssueTab; lane: LaneDocument }) {
  const keys = useMemo(
    () =>
      Object.fromEntries(
        ISSUE_TABS.map((name, index) => [String(index + 1), () => navigate(issuePath(identifier, name))]),
      ),
    [identifier],
  );
  useKeys(keys);
  useEffect(() => {
    // On a phone the tabs are wider than the page.
    globalThis.document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [tab]);
  const counts: Partial<Record<IssueTab, number>> = { runs: lane.runs, evidence: lane.evidence.length };
  return (
    <nav aria-label="Parts of this issue" class="tabs">
      {ISSUE_TABS.map((name) => (
        <Link key={name} href={issuePath(identifier, name)} aria-current={name === tab ? "page" : undefined}>
          {sentenceCase(name)}
          {(counts[name] ?? 0) > 0 && <span class="count">{counts[name]}</span>}
        </Link>
      ))}
    </nav>
  );
}

function Tab({ lane, route }: { lane: LaneDocument; route: IssueRoute }) {
  const { run_rows: rows } = lane;
  // Of one whose agent has not begun there is nothing to read yet.
  const newest = rows.find((row) => row.session_id !== null) ?? rows.find((row) => row.ended_at !== null);
  const run = route.run ?? newest?.run ?? null;
  switch (route.tab) {
    case "timeline":
      return <Timeline lane={lane} />;
    case "diff":
      return <Diff lane={lane} />;
    case "runs":
      return <Runs lane={lane} />;
    case "transcript":
      return <Transcript lane={lane} run={run} />;
    case "evidence":
      return <Evidence lane={lane} />;
    case "prompt":
      return <Prompt lane={lane} run={run} />;
  }
}
