import type { WorkStatus } from "../../model/run.ts";
import type { Lease } from "../../model/work.ts";
import type { Engine, PullRequest } from "../engine.ts";
import type { WorkRecord } from "../record.ts";
import { LaneSample, sampleOutcome } from "./record-samples.ts";

/** An engine on an empty record, with a clock that the case moves. */
export interface EngineHarness {
  readonly workflowId: string;
  /** The process that a case begins with. */
  readonly first: EngineUnderTest;
  /** Kills the present process and opens engine and record anew, as after a restart. */
  restart(): Promise<EngineUnderTest>;
  /** Lets milliseconds pass. */
  pass(ms: number): Promise<void>;
}

/** One process with its engine. */
export interface EngineUnderTest {
  readonly record: WorkRecord;
  readonly engine: Engine;
}

/** How long leases last in the cases, milliseconds. */
export const LEASE_MS = 10_000;

/** A pull of runs on this machine. */
export function pulling(holder: string, slots: number, more: Partial<PullRequest> = {}): PullRequest {
  return { kinds: ["run"], slots, holder, machine: "here", leaseMs: LEASE_MS, ...more };
}

/** A lane with work `w-<id>` in the queue, decided and enqueued in one transaction. */
export async function queuedLane(
  harness: EngineHarness,
  { record, engine }: EngineUnderTest,
  id: string,
  work: Parameters<LaneSample["work"]>[1] = {},
): Promise<LaneSample> {
  const lane = new LaneSample(harness.workflowId, id);
  await record.transact(async (tx) => {
    await tx.append([lane.opened(), lane.enqueued(`w-${id}`, 1, work.kind)]);
    await engine.enqueue(tx, lane.work(`w-${id}`, work));
  });
  return lane;
}

/** The one lease that a pull gives. */
export async function pullOne({ engine }: EngineUnderTest, holder = "one"): Promise<Lease> {
  const [lease] = await engine.pull(pulling(holder, 1));
  if (lease === undefined) throw new Error("the case expected something to pull");
  return lease;
}

/** Settles in a transaction of its own. */
export function settleNow({ record, engine }: EngineUnderTest, lease: Lease, status: WorkStatus): Promise<boolean> {
  return record.transact((tx) => engine.settle(tx, lease, sampleOutcome(status)));
}

/** The types of the events of a lane, in order. */
export async function typesOf({ record }: EngineUnderTest, laneId: string): Promise<string[]> {
  return (await record.views.events({ laneId, limit: 100 })).map((stored) => stored.event.type);
}
