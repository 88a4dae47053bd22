import { describe, expect, it } from "vitest";
import type { StoredEvent } from "../../src/model/events/envelope.ts";
import type { Event } from "../../src/model/events/index.ts";
import type { Intent } from "../../src/model/outbox.ts";
import { Board } from "../../src/orchestrator/board.ts";
import { issueOf, NOW } from "../policy/facts.ts";
import { Stage } from "./stage.ts";

const WHY = { code: "x", sentence: "X." };
const MOVE: Intent = { kind: "issue_move", issueId: "1", from: "Todo", to: "In Progress" };

/** A board that is told what happens, as a record would tell it. */
class Told {
  readonly board = new Board();
  #seq = 0;

  tell(laneId: string | null, at: number, ...events: readonly Event[]): void {
    const scope = { version: 1, workflowId: "w", laneId, run: null, runSeq: null, fence: null };
    this.board.apply(
      events.map((event): StoredEvent => {
        this.#seq += 1;
        return { ...scope, seq: this.#seq, at, event };
      }),
    );
  }

  open(laneId: string, issueId: string): void {
    const issue = issueOf({ id: issueId, identifier: issueId });
    const names = { profile: "p", workflowHash: "h", machine: "here", workspaceKey: issueId, branch: null };
    this.tell(laneId, NOW, { type: "lane_opened", data: { issue, ordinal: 1, ...names, reason: WHY } });
  }

  settle(laneId: string, key: string, intent: Intent, at: number): void {
    this.tell(
      laneId,
      at,
      { type: "outbox_planned", data: { key, fence: 0, intent, dueAt: at } },
      { type: "outbox_settled", data: { key, state: "done", result: null } },
    );
  }
}

describe("the board", () => {
  it("is the same whether it followed every commit or read the record afterwards", async () => {
    const stage = await Stage.start({ cards: { A: { state: "In Progress" }, B: { state: "Todo" } } });
    const followed = new Board();
    await followed.load(stage.open.record.views);
    stage.open.record.subscribe((events) => followed.apply(events));
    await stage.fail("A");
    await stage.move("B", "Canceled");
    await stage.pass(60_000);
    await stage.ask("pause");
    const read = new Board();
    await read.load(stage.open.record.views);
    expect([...followed.lanes.values()]).toEqual([...read.lanes.values()]);
    expect(followed.openOutbox()).toEqual(read.openOutbox());
    expect(followed.mode).toBe(read.mode);
    expect(followed.laneOf("a")?.id).toBe((await stage.lane("A")).id);
    await stage.stop();
  });

  it("has lanes looked at that something decisive happened to, and no others", () => {
    const told = new Told();
    told.open("one", "1");
    expect([...told.board.dirty]).toEqual(["one"]);
    told.board.dirty.clear();
    told.tell("one", NOW, { type: "progress_seen", data: { message: "…" } });
    expect([...told.board.dirty]).toEqual([]);
    told.tell("one", NOW, { type: "lane_staged", data: { stage: "released", reason: WHY } });
    expect([...told.board.dirty]).toEqual(["one"]);
  });

  it("forgets a lane that has ended, with all that belongs to it", () => {
    const told = new Told();
    told.open("one", "1");
    told.board.see(issueOf());
    told.board.waits.set("one", WHY);
    told.tell("one", NOW, { type: "lane_closed", data: { reason: WHY } });
    const { lanes, issues, dirty, waits } = told.board;
    expect([lanes.size, issues.size, dirty.size, waits.size]).toEqual([0, 0, 0, 0]);
    expect(told.board.laneOf("1")).toBeUndefined();
  });

  it("keeps an issue's present lane when an older one is archived", () => {
    const told = new Told();
    told.open("old", "1");
    const lane = told.board.lanes.get("old");
    if (lane === undefined) throw new Error("no lane");
    told.tell("old", NOW, { type: "lane_closed", data: { reason: WHY } });
    told.open("new", "1");
    told.board.see(issueOf());
    told.tell("old", NOW, { type: "lane_archived", data: { lane: { ...lane, stage: "closed" }, runs: [], events: 2 } });
    expect(told.board.laneOf("1")?.id).toBe("new");
    expect(told.board.issues.has("1")).toBe(true);
  });

  it("keeps no issue that no lane holds", () => {
    const told = new Told();
    told.board.see(issueOf());
    expect(told.board.issues.size).toBe(0);
  });

  it("gives the writes of a lane in the order in which they were planned, until they are settled", () => {
    const told = new Told();
    told.open("one", "1");
    for (const key of ["b", "a", "c"]) {
      told.tell("one", NOW, { type: "outbox_planned", data: { key, fence: 0, intent: MOVE, dueAt: NOW } });
    }
    expect(told.board.outboxOf("one").map(({ key }) => key)).toEqual(["b", "a", "c"]);
    told.tell("one", NOW, { type: "outbox_settled", data: { key: "a", state: "refused", result: null } });
    expect(told.board.openOutbox().map(({ key }) => key)).toEqual(["b", "c"]);
  });

  it.each([
    ["while the tracker may lag behind our move, the issue is where we moved it", {}, 1_000, "In Progress"],
    ["whatever the case of its state", { state: "todo" }, 1_000, "In Progress"],
    ["also when the tracker tells no times", { updatedAt: null }, 1_000, "In Progress"],
    ["unless somebody touched it afterwards", { updatedAt: NOW + 500 }, 1_000, "Todo"],
    ["unless it is somewhere else by now", { state: "Done" }, 1_000, "Done"],
    ["and not for ever", {}, 120_001, "Todo"],
  ])("%s", (_, shown, later, expected) => {
    const told = new Told();
    told.open("one", "1");
    told.settle("one", "k", MOVE, NOW);
    const issue = issueOf({ state: "Todo", updatedAt: NOW - 500, ...shown });
    expect(told.board.settled(issue, NOW + later).state).toBe(expected);
  });

  it("goes by its own move after the lane ended too, and by the latest of several", () => {
    const told = new Told();
    told.open("one", "1");
    told.settle("one", "k1", MOVE, NOW);
    told.settle("one", "k2", { ...MOVE, from: "In Progress", to: "Done" }, NOW + 10);
    told.tell("one", NOW + 20, { type: "lane_closed", data: { reason: WHY } });
    const issue = issueOf({ state: "In Progress", updatedAt: NOW });
    expect(told.board.settled(issue, NOW + 1_000).state).toBe("Done");
  });
});
