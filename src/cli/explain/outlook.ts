import { isMaestroError, MaestroError, toMaestroError } from "../../base/errors.ts";
import { nearestOf } from "../../base/nearest.ts";
import type { RecordViews } from "../../contracts/record.ts";
import type { Change } from "../../model/change.ts";
import type { LaneDocument } from "../../model/documents/lane.ts";
import type { ServiceMode } from "../../model/events/service.ts";
import type { LaneFacts } from "../../model/facts.ts";
import type { Issue } from "../../model/issue.ts";
import { holdsSlot, isOpen, type Lane, type Run } from "../../model/lane.ts";
import type { OutboxRow } from "../../model/outbox.ts";
import type { Verdict } from "../../model/verdict.ts";
import { activeStates, isActive, type Workflow } from "../../model/workflow.ts";
import { accountFacts } from "../accounts/facts.ts";
import { preview } from "../../orchestrator/index.ts";
import { claimedElsewhere, judgeEligibility, RUNS_FOR_RESUMPTION } from "../../policy/index.ts";
import { findLane, laneDocument } from "../../record/index.ts";
import type { App, Project } from "../app.ts";
import { findIssue } from "../issue/find-issue.ts";
import { readerIfAny, using } from "../reading.ts";

/** All that decides about one issue, as it is now and by the present workflow. */
export interface Outlook {
  readonly workflow: Workflow;
  readonly identifier: string;
  /** As the tracker shows it; `null` when it is gone; `undefined` when it could not be asked. */
  readonly issue: Issue | null | undefined;
  /** The newest one, open or closed. */
  readonly lane: Lane | null;
  readonly laneDocument: LaneDocument | null;
  /** The lane's newest runs, as far as the next one builds on them; oldest first. */
  readonly runs: readonly Run[];
  /** As the forge shows it; `undefined` when it was not asked. */
  readonly change: Change | null | undefined;
  readonly openOutbox: readonly OutboxRow[];
  /** Whether the next poll would start it; `null` when that cannot be told. */
  readonly verdict: Verdict | null;
  readonly slots: { readonly used: number; readonly most: number };
  readonly service: { readonly running: boolean; readonly mode: ServiceMode };
  /** What could not be asked. */
  readonly troubles: readonly MaestroError[];
  readonly now: number;
}

/** Looks at everything. Throws `issue_not_found` for an issue that neither tracker nor record know, and the workflow's codes. */
export async function readOutlook(app: App, project: Project, wanted: string): Promise<Outlook> {
  const workflow = await app.workflow(project);
  const reader = await readerIfAny(app, project);
  const read = (views: RecordViews | null) => new Look(app, project, workflow, views).at(wanted);
  return reader === null ? read(null) : using(reader, ({ views }) => read(views));
}

/** What a lane's next step is decided on; `null` without an open lane. */
export function laneFactsOf(outlook: Outlook): (LaneFacts & { readonly lane: Lane }) | null {
  const { workflow, lane, issue, change, openOutbox, now } = outlook;
  return lane === null || !isOpen(lane) ? null : { workflow, lane, issue, change, openOutbox, now };
}

/** One look; collects what could not be asked. */
class Look {
  readonly #app: App;
  readonly #project: Project;
  readonly #workflow: Workflow;
  readonly #views: RecordViews | null;
  readonly #troubles: MaestroError[] = [];

  constructor(app: App, project: Project, workflow: Workflow, views: RecordViews | null) {
    this.#app = app;
    this.#project = project;
    this.#workflow = workflow;
    this.#views = views;
  }

  async at(wanted: string): Promise<Outlook> {
    const views = this.#views;
    const now = this.#app.clock.now();
    const lane = views === null ? null : await findLane(views, wanted);
    const seen = await this.#askTracker(lane?.issue.id ?? wanted, lane);
    const openOutbox = views === null ? [] : (await views.openOutbox()).filter((row) => row.laneId === lane?.id);
    const change = await this.#askForge(lane);
    const running = await this.#app.nudge(this.#project);
    const claim = running ? await this.#claimOn(seen.issue) : null;
    const lanes = views === null ? [] : await views.openLanes();
    return {
      workflow: this.#workflow,
      identifier: seen.issue?.identifier ?? lane?.issue.identifier ?? wanted,
      issue: seen.issue,
      lane,
      runs: views === null || lane === null ? [] : await views.runsOfLane(lane.id, RUNS_FOR_RESUMPTION),
      laneDocument: views === null || lane === null ? null : await laneDocument(views, lane, now, { change }),
      change,
      openOutbox,
      verdict: claim ?? (seen.issue == null ? null : this.#verdictOf(seen.issue, seen.verdict, lane, openOutbox, now)),
      slots: { used: lanes.filter(holdsSlot).length, most: this.#workflow.agent.maxConcurrentAgents },
      service: {
        running,
        mode: views === null ? "running" : await views.mode(),
      },
      troubles: this.#troubles,
      now,
    };
  }

  /** The issue, and what the next poll would say about it when it is a candidate. */
  async #askTracker(wanted: string, lane: Lane | null) {
    const { terminal, clock } = this.#app;
    const { signal } = terminal;
    try {
      return await using(await this.#app.tracker(this.#project), async (tracker) => {
        const issue = await findIssue(tracker, wanted, { signal }).catch(async (error: unknown) => {
          if (!isMaestroError(error) || error.code !== "issue_not_found") throw error;
          if (lane !== null) return null;
          const shown = await tracker.issuesByStates(activeStates(this.#workflow), { signal });
          throw notFound(wanted, shown);
        });
        if (issue === null || !isActive(this.#workflow, issue.state)) return { issue, verdict: undefined };
        const accounts = await accountFacts(this.#app, this.#workflow);
        const parts = { workflow: this.#workflow, tracker, views: this.#views, clock, accounts };
        const rows = await preview(parts, signal);
        return { issue, verdict: rows.find((row) => row.issue.id === issue.id)?.verdict };
      });
    } catch (thrown) {
      const error = toMaestroError(thrown);
      if (lane === null || error.code === "aborted") throw error;
      this.#troubles.push(error);
      return { issue: undefined, verdict: undefined };
    }
  }

  /** What the service was told when it wanted the issue and another Maestro had it; `null`: nothing. */
  async #claimOn(issue: Issue | null | undefined): Promise<Verdict | null> {
    if (issue == null || !isActive(this.#workflow, issue.state)) return null;
    const outside = await this.#app.outside(this.#project);
    const claim = outside?.claims.find((row) => row.issue_id === issue.id);
    return claim === undefined ? null : claimedElsewhere(claim);
  }

  async #askForge(lane: Lane | null): Promise<Change | null | undefined> {
    const id = lane?.branch?.changeId ?? null;
    if (id === null || this.#workflow.repo === null) return undefined;
    try {
      return await using(await this.#app.forge(this.#project), async (forge) => {
        const [change] = await forge.changesByIds([id], { signal: this.#app.terminal.signal });
        return change ?? null;
      });
    } catch (thrown) {
      const error = toMaestroError(thrown);
      if (error.code === "aborted") throw error;
      this.#troubles.push(error);
      return undefined;
    }
  }

  #verdictOf(
    issue: Issue,
    polled: Verdict | undefined,
    newest: Lane | null,
    openOutbox: readonly OutboxRow[],
    now: number,
  ): Verdict {
    if (polled !== undefined) return polled;
    const lane = newest !== null && isOpen(newest) ? newest : null;
    return judgeEligibility({ workflow: this.#workflow, issue, lane, openOutbox, now });
  }
}

function notFound(wanted: string, shown: readonly Issue[]): MaestroError {
  const nearest = nearestOf(
    wanted,
    shown.map(({ identifier }) => identifier),
  );
  return new MaestroError({
    code: "issue_not_found",
    message: `Neither the tracker nor the record know an issue "${wanted}".`,
    hint: `${nearest === undefined ? "" : `Did you mean ${nearest}? `}\`maestro issue list\` shows those that there are.`,
    facts: { issue: wanted, nearest: nearest ?? null },
  });
}
