import { describe, expect, it } from "vitest";
import { HAND_OFF, HEAD, outcomeOf } from "../policy/facts.ts";
import { POLL_MS, Stage } from "./stage.ts";

const SIGNAL = new AbortController().signal;
const ONE = { A: { state: "In Progress" } };
const CODING = { withRepo: true, completion: { deliversChange: true, routes: ["review"] }, commands: [] } as const;
const CANCELED = outcomeOf({ status: "canceled", reason: { code: "work_revoked", sentence: "Taken back." } });

/** A's first run is under way on a lane with a branch. */
async function atWork(): Promise<Stage> {
  const stage = await Stage.start({ cards: ONE, workflow: CODING });
  const { branch } = await stage.lane("A");
  stage.people.forge.receivePush("main", "0".repeat(40), null);
  stage.people.forge.receivePush(branch?.name ?? "", HEAD, null);
  return stage;
}

async function inReview(): Promise<Stage> {
  const stage = await atWork();
  await stage.hands.finish("A", outcomeOf({ headSha: HEAD, signal: HAND_OFF }));
  await stage.pass(POLL_MS);
  return stage;
}

async function changeOf(stage: Stage) {
  const [change] = await stage.people.forge.changesByIds(["1"], { signal: SIGNAL });
  if (change === undefined) throw new Error("there is no change");
  return change;
}

describe("park", () => {
  it("lets what runs end, keeps its hand-off, and starts nothing until somebody unparks", async () => {
    const stage = await atWork();
    expect(await stage.ask("park", { issue: "A" })).toMatchObject({ ok: true, code: "parked" });
    expect(stage.hands.revoked).toEqual([]);
    await stage.hands.finish("A", outcomeOf({ headSha: HEAD, signal: HAND_OFF }));
    await stage.pass(POLL_MS * 3);
    expect(stage.hands.taken).toEqual(["A run"]);
    expect(await stage.lane("A")).toMatchObject({ stage: "validating", parked: { until: "command" } });
    expect(stage.why("A")).toBe("parked_by_person");
    expect(await stage.ask("unpark", { issue: "A" })).toMatchObject({ ok: true });
    await stage.pass(POLL_MS);
    expect(stage.hands.taken).toEqual(["A run", "A validate"]);
    expect(await stage.lane("A")).toMatchObject({ stage: "review_wait", parked: null });
    await stage.stop();
  });

  it("holds a landing back, and is not ended by anything but a person", async () => {
    const stage = await inReview();
    await stage.ask("park", { issue: "A" });
    await stage.people.forge.review("1", { author: "ann", decision: "approved", body: "" }, { signal: SIGNAL });
    await stage.move("A", "In Progress");
    await stage.move("A", "In Review");
    await stage.pass(POLL_MS * 3);
    expect(stage.hands.count("A", "land")).toBe(0);
    expect(await stage.ask("park", { issue: "A" })).toMatchObject({ ok: true, code: "already" });
    await stage.ask("unpark", { issue: "A" });
    await stage.pass(POLL_MS);
    expect(stage.hands.count("A", "land")).toBe(1);
    await stage.stop();
  });

  it("survives a crash", async () => {
    const stage = await Stage.start({ cards: ONE });
    await stage.ask("park", { issue: "A" });
    await stage.crash();
    await stage.start();
    await stage.pass(POLL_MS * 2);
    expect(stage.hands.taken).toEqual([]);
    expect(await stage.lane("A")).toMatchObject({ parked: { until: "command" }, work: null });
    await stage.stop();
  });
});

describe("stop_work", () => {
  it("takes the work back and parks; unparked, the issue goes on from where it stood", async () => {
    const stage = await atWork();
    expect(await stage.ask("stop_work", { issue: "A" })).toMatchObject({ ok: true, code: "stopping_work" });
    expect(stage.hands.revoked).toHaveLength(1);
    expect(await stage.ask("stop_work", { issue: "A" })).toMatchObject({ ok: true, code: "already" });
    await stage.hands.finish("A", CANCELED);
    await stage.pass(POLL_MS * 2);
    expect(await stage.lane("A")).toMatchObject({ stage: "working", work: null, parked: { code: "work_stopped" } });
    expect(stage.hands.count("A")).toBe(1);
    expect(await stage.ask("stop_work", { issue: "A" })).toMatchObject({ ok: false, code: "no_work" });
    await stage.ask("unpark", { issue: "A" });
    await stage.pass(POLL_MS);
    expect(stage.hands.count("A")).toBe(2);
    await stage.stop();
  });

  it("of a repair keeps the change in repair", async () => {
    const stage = await inReview();
    await stage.ask("request_changes", { issue: "A", body: "Louder." });
    await stage.pass(POLL_MS);
    await stage.ask("stop_work", { issue: "A" });
    await stage.hands.finish("A", CANCELED);
    await stage.pass(POLL_MS);
    expect(await stage.lane("A")).toMatchObject({ stage: "review_repair", parked: { until: "command" } });
    await stage.ask("unpark", { issue: "A" });
    await stage.pass(POLL_MS);
    expect(stage.hands.lease("A").work.payload).toMatchObject({ purpose: "repair" });
    await stage.stop();
  });

  it("that dies before the worker heard of it is carried out by the next service", async () => {
    const stage = await Stage.open({ cards: ONE });
    stage.engine.cancel = () => new Promise(() => undefined);
    await stage.start();
    await stage.ask("stop_work", { issue: "A" });
    await stage.crash();
    await stage.start();
    await stage.pass(POLL_MS);
    expect(await stage.lane("A")).toMatchObject({ work: null, parked: { code: "work_stopped" } });
    expect(stage.hands.count("A")).toBe(0);
    await stage.stop();
  });
});

describe("approve and request_changes", () => {
  it("put a person's review onto the head that they saw, once, and the lane acts on it", async () => {
    const stage = await inReview();
    expect(await stage.ask("approve", { issue: "A", head: HEAD })).toMatchObject({ ok: true, code: "review_planned" });
    await stage.pass(POLL_MS);
    expect((await changeOf(stage)).reviews).toMatchObject([{ author: "ann", decision: "approved", headSha: HEAD }]);
    expect(stage.hands.count("A", "land")).toBe(1);
    await stage.stop();
  });

  it("a request for changes says what is wanted, and starts a repair that is told", async () => {
    const stage = await inReview();
    expect(await stage.ask("request_changes", { issue: "A", body: " " })).toMatchObject({
      ok: false,
      code: "body_missing",
    });
    expect(await stage.ask("request_changes", { issue: "A", body: "Louder." })).toMatchObject({ ok: true });
    await stage.pass(POLL_MS);
    expect(stage.hands.lease("A").work.payload.feedback).toContain("Louder.");
    await stage.stop();
  });

  it("are refused with the reason", async () => {
    const stage = await atWork();
    expect(await stage.ask("approve", { issue: "A" })).toMatchObject({ ok: false, code: "no_change_open" });
    await stage.hands.finish("A", outcomeOf({ headSha: HEAD, signal: HAND_OFF }));
    await stage.pass(POLL_MS);
    expect(await stage.ask("approve", { issue: "A", head: "older" })).toMatchObject({
      ok: false,
      code: "head_changed",
    });
    expect((await changeOf(stage)).reviews).toEqual([]);
    await stage.people.forge.close("1", { signal: SIGNAL });
    await stage.pass(POLL_MS);
    expect(await stage.ask("approve", { issue: "A" })).toMatchObject({ ok: false, code: "no_change_open" });
    await stage.stop();
  });

  it.each(["lose_answer", "lose_request", "late"] as const)(
    "are written once when the forge's answer is lost (%s)",
    async (fault) => {
      const stage = await inReview();
      let faults = 1;
      stage.fault = (verb) => (verb === "review" && faults-- > 0 ? fault : undefined);
      await stage.ask("approve", { issue: "A" });
      await stage.pass(POLL_MS * 3);
      expect((await changeOf(stage)).reviews).toHaveLength(1);
      const settled = (await stage.events("outbox_settled")).map(({ event }) => event.data);
      expect(settled).toContainEqual(expect.objectContaining({ state: "done", result: "approved" }));
      await stage.stop();
    },
  );

  it("are not put onto a head that came in between", async () => {
    const stage = await inReview();
    let faults = 1;
    stage.fault = (verb) => (verb === "review" && faults-- > 0 ? "fail" : undefined);
    await stage.ask("approve", { issue: "A" });
    stage.people.forge.receivePush((await stage.lane("A")).branch?.name ?? "", "b".repeat(40), HEAD);
    await stage.pass(POLL_MS * 3);
    expect((await changeOf(stage)).reviews).toEqual([]);
    const settled = (await stage.events("outbox_settled")).map(({ event }) => event.data);
    expect(settled).toContainEqual(expect.objectContaining({ state: "refused" }));
    await stage.stop();
  });
});
