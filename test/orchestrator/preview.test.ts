import { describe, expect, it } from "vitest";
import { preview } from "../../src/orchestrator/index.ts";
import { OPT_OUT } from "../policy/workflow-facts.ts";
import { Stage } from "./stage.ts";

const SIGNAL = new AbortController().signal;

/** What would become of each issue, in order. */
async function decisions(stage: Stage, options: { readonly withRecord: boolean } = { withRecord: true }) {
  const { workflow, clock, people, open } = stage;
  const views = options.withRecord ? open.record.views : null;
  const rows = await preview({ workflow, tracker: people.tracker, views, clock }, SIGNAL);
  return rows.map(({ issue, verdict }) => [issue.identifier, verdict.ok, verdict.code]);
}

describe("a dry run", () => {
  it("gives every candidate a decision with its reason, in the order of starts, slots included", async () => {
    const stage = await Stage.open({
      cards: {
        A: { state: "In Progress" },
        HELD: { state: "In Progress", labels: [OPT_OUT] },
        LAST: { state: "In Progress", priority: 4 },
        NEXT: { state: "In Progress", priority: 1 },
        DONE: { state: "Done" },
      },
    });
    const expected = [
      ["NEXT", true, "eligible"],
      ["LAST", true, "eligible"],
      ["A", false, "no_slot"],
      ["HELD", false, "opted_out"],
    ];
    expect(await decisions(stage)).toEqual(expected);
    expect(await decisions(stage, { withRecord: false })).toEqual(expected);
    await stage.start();
    expect(stage.hands.taken).toEqual(["NEXT run", "LAST run"]);
    await stage.stop();
  });

  it("writes nothing: not to the record, not to the tracker", async () => {
    const stage = await Stage.open({ cards: { A: { state: "Todo" } } });
    const seq = await stage.open.record.views.lastSeq();
    const before = await stage.issue("A");
    expect(await decisions(stage)).toEqual([["A", true, "eligible"]]);
    await stage.pass(60_000);
    expect(await stage.open.record.views.lastSeq()).toBe(seq);
    expect(await stage.issue("A")).toEqual(before);
    expect(await stage.engine.queued()).toEqual([]);
    await stage.stop();
  });

  it("knows what is on record: work, retries, parking, ended lanes", async () => {
    const stage = await Stage.start({
      cards: { A: { state: "In Progress" }, B: { state: "In Progress" }, C: { state: "In Progress" } },
      workflow: { agent: { maxConcurrentAgents: 3, maxSessionsWithoutProgress: 1 } },
    });
    await stage.fail("A");
    await stage.idle("B");
    expect(await decisions(stage)).toEqual([
      ["A", false, "retry_not_due"],
      ["B", false, "lane_parked"],
      ["C", false, "lane_has_work"],
    ]);
    await stage.stop();
  });

  it("counts the slot of a state to which an issue is moved first", async () => {
    const stage = await Stage.open({
      cards: { A: { state: "Todo" }, B: { state: "Todo" }, C: { state: "In Progress" } },
      workflow: { agent: { maxConcurrentAgents: 3, maxConcurrentAgentsByState: { "in progress": 1 } } },
    });
    expect(await decisions(stage)).toEqual([
      ["A", true, "eligible"],
      ["B", false, "no_slot"],
      ["C", false, "no_slot"],
    ]);
    await stage.stop();
  });

  it("says that a paused service starts nothing", async () => {
    const stage = await Stage.start();
    await stage.ask("pause");
    await stage.people.tracker.create(
      { title: "new", description: null, state: "Todo", labels: [], priority: null, blockedBy: [] },
      { signal: SIGNAL },
    );
    expect(await decisions(stage)).toEqual([["MEM-1", false, "paused"]]);
    await stage.stop();
  });
});
