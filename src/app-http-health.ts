import type { DaemonParts } from "./app-daemon-parts.ts";
import type { Engine } from "./contracts/engine.ts";
import type { RecordViews, WorkRecord } from "./contracts/record.ts";
import type { Health } from "./http/index.ts";
import { type Reason, reason } from "./model/verdict.ts";
import type { Workflow } from "./model/workflow.ts";
import type { PollFacts } from "./orchestrator/index.ts";

/** Poll intervals that may pass without a good poll, before the service counts as not ready. */
const MISSED_POLLS = 3;
/** What a poll itself may take beyond them, milliseconds. */
const POLL_GRACE_MS = 30_000;

/** What tells how a service is doing. */
export interface HealthSources {
  readonly record: Pick<WorkRecord, "trouble"> & {
    readonly views: Pick<RecordViews, "openOutbox" | "totals" | "lastSeq">;
  };
  readonly engine: Pick<Engine, "queued">;
  readonly polls: () => PollFacts;
  /** Milliseconds between two polls now; by default what the workflow says. */
  readonly intervalMs?: () => number;
  readonly workflows: {
    current(): Pick<Workflow, "polling">;
    problem(): { readonly message: string } | null;
  };
}

/** How a service is doing, for probes and metrics. */
export function healthOf({ clock, version }: Pick<DaemonParts, "clock" | "version">, sources: HealthSources): Health {
  const { record, engine, polls } = sources;
  const { views } = record;
  return {
    problems: () => [...recordProblem(sources), ...workflowProblem(sources), ...pollProblem(sources, clock.now())],
    polls,
    outbox: async () => {
      const rows = await views.openOutbox();
      return { open: rows.length, unknown: rows.filter((row) => row.state === "unknown").length };
    },
    queued: async () => (await engine.queued()).length,
    totals: async () => {
      const { lanes, runs } = await views.totals();
      return { lanes, runs, events: await views.lastSeq() };
    },
    process: () => {
      const { user, system } = process.cpuUsage();
      const { rss, heapUsed } = process.memoryUsage();
      return {
        version,
        startedAt: clock.now() - process.uptime() * 1000,
        cpuSeconds: (user + system) / 1e6,
        residentBytes: rss,
        heapBytes: heapUsed,
      };
    },
  };
}

function recordProblem({ record }: HealthSources): Reason[] {
  const trouble = record.trouble();
  return trouble === null ? [] : [reason("record_not_writable", trouble.message)];
}

function workflowProblem({ workflows }: HealthSources): Reason[] {
  const problem = workflows.problem();
  return problem === null ? [] : [reason("workflow_refused", problem.message)];
}

function pollProblem({ polls, workflows, intervalMs }: HealthSources, now: number): Reason[] {
  const { lastGoodAt } = polls();
  if (lastGoodAt === null) return [reason("no_poll_yet", "The tracker has not told the candidates yet.")];
  const interval = intervalMs?.() ?? workflows.current().polling.intervalMs;
  const budget = interval * MISSED_POLLS + POLL_GRACE_MS;
  const age = now - lastGoodAt;
  if (age <= budget) return [];
  const seconds = (ms: number): number => Math.round(ms / 1000);
  return [
    reason("poll_overdue", `The last good poll was ${seconds(age)} s ago; it should be at most ${seconds(budget)} s.`),
  ];
}
