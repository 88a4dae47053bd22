import { onTestFinished } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { memoryLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import { Scope } from "../../src/base/scope.ts";
import type { Forge } from "../../src/contracts/forge.ts";
import type { WorkRecord } from "../../src/contracts/record.ts";
import type { Tracker } from "../../src/contracts/tracker.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import type { Issue } from "../../src/model/issue.ts";
import type { WorkSpec } from "../../src/model/work.ts";
import type { Workflow } from "../../src/model/workflow.ts";
import { openRecord } from "../../src/record/index.ts";
import type { WorkContext } from "../../src/runs/context.ts";
import { Observer } from "../../src/runs/observer.ts";
import { ToolDesk } from "../../src/runs/run/tool-desk.ts";
import { RunTally } from "../../src/runs/tally.ts";
import { createToolbox } from "../../src/tools/index.ts";
import { anAssignment, aProfile, aWorkflow, aWorkSpec } from "../runs/samples.ts";

/** A run's desk on a real record and real adapters, without the run around it. */
export interface DeskOptions {
  readonly tracker: Tracker;
  readonly issue: Issue;
  readonly tools: readonly string[];
  readonly forge?: Forge;
  readonly branch?: string;
  readonly workflow?: Partial<Workflow>;
  readonly secrets?: SecretRegistry;
}

export async function openDesk(options: DeskOptions) {
  const { tracker, issue, tools, forge = null, branch = null, secrets = new SecretRegistry() } = options;
  const clock = systemClock();
  const log = memoryLog();
  const workflow = aWorkflow("/work", { profile: aProfile({ tools }), ...options.workflow });
  const workflowId = workflow.id;
  const open = await openRecord({ file: ":memory:", workflowId, clock, log, secrets });
  onTestFinished(() => open.close());
  const work = aWorkSpec("run", { ...anAssignment(), issue, branch });
  const lease = { work, fence: 0, holder: "worker", grantedAt: 0, expiresAt: 0 };
  const scope = { workflowId, laneId: work.laneId, run: null, fence: null };
  const reason = { code: "eligible", sentence: "It is eligible." };
  const lane = {
    issue,
    ordinal: 1,
    profile: "p",
    workflowHash: "w1",
    machine: "here",
    workspaceKey: "k",
    branch,
    reason,
  };
  await open.record.transact((tx) => tx.append([{ ...scope, event: { type: "lane_opened", data: lane } }]));
  const signal = new AbortController().signal;
  const context = {
    parts: {
      ...{
        random: systemRandom(),
        record: open.record,
        clock,
        log,
        secrets,
        toolbox: createToolbox({ secrets, log, clock }),
      },
      ...{ tracker: () => tracker, forge: () => forge, git: () => null },
    },
    ...{ lease, work, assignment: work.payload, workflow, log, signal, stopping: signal },
    ...{ observer: new Observer(open.record, lease, () => undefined), tally: new RunTally() },
    scope: new Scope(clock, "test"),
  };
  // What a desk does not use of a worker is not there.
  const desk = await ToolDesk.open(context as unknown as WorkContext, "/work/workspaces/k");
  return { desk, log, record: open.record, ...usesOf({ desk, record: open.record, work, signal }) };
}

interface Used {
  readonly desk: ToolDesk;
  readonly record: WorkRecord;
  readonly work: WorkSpec;
  readonly signal: AbortSignal;
}

/** What tests do with a desk. */
function usesOf({ desk, record, work, signal }: Used) {
  const { workflowId, laneId, id } = work;
  const scope = { workflowId, laneId, run: null, fence: null };
  let calls = 0;
  return {
    names: desk.descriptors.map(({ name }) => name),
    call: (name: string, args: unknown = {}) => {
      calls += 1;
      return desk.answer({ id: String(calls), name, arguments: args }, signal);
    },
    events: async (...types: readonly string[]) =>
      (await record.views.events({ types, limit: 1_000 })).map(({ event }) => event),
    /** Somebody else gets the right to the lane. */
    lose: () => {
      const event = { type: "lease_lost", data: { id, kind: "run", fence: 1, holder: "worker" } } as const;
      return record.transact((tx) => tx.append([{ ...scope, event }]));
    },
  };
}
