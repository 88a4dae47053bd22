import { expect, onTestFinished, test } from "vitest";
import { seededRandom } from "../../src/base/random.ts";
import { sampleOutcome } from "../../src/contracts/conformance/record-samples.ts";
import { createMemoryForge } from "../../src/forges/memory/index.ts";
import { reason } from "../../src/model/verdict.ts";
import { Board } from "../../src/orchestrator/board.ts";
import { tend } from "../../src/orchestrator/tending.ts";
import { createMemoryTracker } from "../../src/trackers/memory/index.ts";
import { createEmbeddedEngine } from "../../src/engine/index.ts";
import { workflowOf } from "../policy/workflow-facts.ts";
import { sampleLane, sampleRecord } from "../record/fixture.ts";
import { trackerPlace } from "../trackers/context.ts";
import { Stage } from "./stage.ts";

const HEAD = "a".repeat(40);
const WHY = reason("change_up", "Its change is up for review.");

test("an issue that was read before our own move of it was settled asks for no repair", async () => {
  const { open, record, views, clock, log } = await sampleRecord();
  const random = seededRandom(1);
  const signal = new AbortController().signal;
  const place = trackerPlace(clock);
  onTestFinished(() => place.remove());
  const issue = {
    id: "a",
    identifier: "A",
    title: "Greet",
    state: "In Progress",
    updated_at: new Date(clock.now()).toISOString(),
  };
  const tracker = await createMemoryTracker({ persist_state_updates: false, issues: [issue] }, place.context);
  const forge = createMemoryForge({}, { clock, random });
  forge.receivePush("maestro/a", HEAD, null);
  const change = await forge.ensureChange(
    { branch: "maestro/a", base: "main", headSha: HEAD, title: "A: Greet", body: "" },
    { signal },
  );
  const lane = sampleLane();
  const key = "a/issue_move/review/run-1";
  const intent = { kind: "issue_move" as const, issueId: "a", from: "In Progress", to: "In Review" };
  await record.transact((tx) =>
    tx.append([
      lane.opened(),
      lane.enqueued("w", 1),
      lane.leased("w", 1, 1),
      lane.see(1, 1, { type: "commit_seen", data: { headSha: HEAD, changed: true } }),
      lane.decide({ type: "work_settled", data: { id: "w", kind: "run", outcome: sampleOutcome("succeeded") } }),
      lane.decide({ type: "work_closed", data: { id: "w", kind: "run", counts: "success", reason: WHY } }),
      lane.decide({
        type: "change_seen",
        data: {
          changeId: change.id,
          url: null,
          state: "open",
          headSha: HEAD,
          mergedSha: null,
          review: "none",
          checks: "none",
        },
      }),
      lane.decide({ type: "lane_staged", data: { stage: "review_wait", reason: WHY } }),
      lane.decide({ type: "outbox_planned", data: { key, fence: 1, intent, dueAt: clock.now() } }),
      lane.decide({ type: "outbox_sending", data: { key } }),
    ]),
  );
  const board = new Board();
  await board.load(views);
  record.subscribe((events) => board.apply(events));
  // The move is settled while the forge still thinks; the tracker was asked before.
  const slowForge = Object.create(forge, {
    changesByIds: {
      value: async (...asked: Parameters<typeof forge.changesByIds>) => {
        await tracker.move("a", intent, { signal });
        const settled = { key, state: "done" as const, result: "moved" };
        await record.transact((tx) => tx.append([lane.decide({ type: "outbox_settled", data: settled })]));
        return forge.changesByIds(...asked);
      },
    },
  });
  const workflow = workflowOf();
  await tend(
    {
      workflows: { current: () => workflow, problem: () => null, recheck: async () => undefined },
      outside: { tracker: () => tracker, forge: () => slowForge },
      record,
      engine: createEmbeddedEngine({ record: open, clock, log, instance: "one" }),
      clock,
      random,
      log,
      machine: "here",
      instance: "one",
      version: "0",
      pid: 1,
      endLeftovers: async () => 0,
    },
    board,
    new Set(["a"]),
    null,
    signal,
  );
  expect(await views.lane("a")).toMatchObject({ stage: "review_wait", work: null });
});

test("a lane that is never done with is left to the next poll, so that the loop gets on", async () => {
  const stage = await Stage.start({ cards: { A: { state: "In Progress" } } });
  await stage.fail("A");
  await stage.pass(0);
  const { id } = await stage.lane("A");
  await stage.write(id, { type: "retry_cleared", data: { reason: WHY } });
  await stage.ask("pause");
  const board = new Board();
  await board.load(stage.open.record.views);
  const parts = stage.parts("other");
  const { tracker } = parts.outside;
  let looks = 0;
  // Whenever somebody looks, something has happened to the lane.
  const outside = {
    ...parts.outside,
    tracker: () => {
      looks += 1;
      board.dirty.add(id);
      return tracker();
    },
  };
  await tend({ ...parts, outside }, board, new Set([id]), null, new AbortController().signal);
  expect(looks).toBe(20);
  expect(board.dirty.size).toBe(0);
  expect(stage.log.entries.map(({ message }) => message)).toContain("a lane goes in circles");
  await stage.stop();
});
