import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import { LaneSample, sampleIssue } from "../../src/contracts/conformance/record-samples.ts";
import { builtInKinds } from "../../src/app-kinds.ts";
import { judgeEligibility, orderCandidates } from "../../src/policy/index.ts";
import { type OpenRecord, openRecord } from "../../src/record/index.ts";
import { loadWorkflow } from "../../src/workflow/index.ts";
import { measureBare } from "./bare.ts";
import { Ground } from "./ground.ts";
import { medianOf } from "./median.ts";
import type { Group } from "./report.ts";

const ROUNDS = 5;
const CANDIDATES = 10_000;
const BATCHED = 20_000;
const DURABLE = 300;

/** Parts of the daemon, measured in this process. */
export async function measureInside(): Promise<readonly Group[]> {
  const bare = await measureBare();
  const ground = new Ground();
  try {
    const tick = await tickOf(ground);
    const open = await openRecord({
      file: join(ground.root, "record.db"),
      workflowId: "bench",
      clock: systemClock(),
      log: silentLog,
      secrets: new SecretRegistry(),
    });
    const lane = await leasedLane(open);
    const batched = await rateOf(BATCHED, () => appendBatched(open, lane));
    const durable = await rateOf(DURABLE, () => appendDurable(open, lane));
    await open.close();
    const group: Group = {
      title: "Inside",
      how:
        `In one process: ${CANDIDATES} candidates judged and ordered; ${BATCHED} observations that share commits, and ${DURABLE} decisions ` +
        "that each wait for the disk.",
      bare,
      rows: [
        {
          what: `tick over ${CANDIDATES} candidates`,
          value: tick,
          unit: "ms",
          ratio: tick / bare.wallMs,
          target: "≤ 50 ms",
        },
        { what: "record, batched", value: batched, unit: "events/s" },
        { what: "record, durable one by one", value: durable, unit: "events/s" },
      ],
    };
    return [group];
  } finally {
    ground.remove();
  }
}

async function tickOf(ground: Ground): Promise<number> {
  ground.writeMemory("wait", 1, 0);
  const environment = { PATH: process.env.PATH, HOME: process.env.HOME };
  const workflow = await loadWorkflow({ path: ground.workflow, kinds: builtInKinds(), environment, home: ground.home });
  const issues = Array.from({ length: CANDIDATES }, (_, at) => ({
    ...sampleIssue(`i${at}`),
    state: "classifying",
    priority: (at * 7) % 5,
    createdAt: (at * 7_919) % 1_000_003,
    labels: at % 10 === 0 ? ["maestro:manual-only"] : ["any"],
  }));
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    const ordered = orderCandidates(issues);
    const eligible = ordered.filter(
      (issue) => judgeEligibility({ workflow, issue, lane: null, openOutbox: [], now: 0 }).ok,
    );
    times.push(performance.now() - began);
    if (eligible.length !== (CANDIDATES * 9) / 10) throw new Error(`${eligible.length} candidates are eligible`);
  }
  return medianOf(times);
}

async function leasedLane({ record }: OpenRecord): Promise<LaneSample> {
  const lane = new LaneSample("bench", "a");
  await record.transact((tx) => tx.append([lane.opened(), lane.enqueued("w", 1), lane.leased("w", 1, 1)]));
  return lane;
}

async function appendBatched({ record }: OpenRecord, lane: LaneSample): Promise<void> {
  const waits = Array.from({ length: BATCHED }, (_, at) => record.observe([lane.progress(1, 1, `step ${at}`)]));
  await Promise.all(waits);
}

async function appendDurable({ record }: OpenRecord, lane: LaneSample): Promise<void> {
  const data = { reason: { code: "bench", sentence: "It is measured." } };
  for (let at = 0; at < DURABLE; at += 1) {
    await record.transact((tx) => tx.append([lane.decide({ type: "retry_cleared", data })]));
  }
}

async function rateOf(events: number, append: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    await append();
    times.push(performance.now() - began);
  }
  return events / (medianOf(times) / 1000);
}
