import { describe, expect, it } from "vitest";
import { HEAD, outcomeOf } from "../policy/facts.ts";
import { POLL_MS, Stage } from "./stage.ts";

const SIGNAL = new AbortController().signal;
const DELIVERS = { deliversChange: true, routes: ["review"] };

/** A stage on which A's change is up for review. */
async function inReview(): Promise<Stage> {
  const stage = await Stage.start({ cards: { A: { state: "In Progress" } }, workflow: CODING });
  const { branch } = await stage.lane("A");
  stage.people.forge.receivePush("main", "0".repeat(40), null);
  stage.people.forge.receivePush(branch?.name ?? "", HEAD, null);
  await stage.hands.finish(
    "A",
    outcomeOf({ headSha: HEAD, signal: { kind: "hand_off", route: null, summary: "Greets.", noChange: null } }),
  );
  await stage.pass(POLL_MS);
  return stage;
}

const CODING = { withRepo: true, completion: DELIVERS, commands: [] } as const;

describe("a change in review", () => {
  it("a hand-off puts a change up, moves the issue and tells it where to look", async () => {
    const stage = await inReview();
    expect(stage.hands.taken).toEqual(["A run", "A validate"]);
    expect(await stage.lane("A")).toMatchObject({ stage: "review_wait", branch: { changeId: "1" } });
    expect(await stage.issue("A")).toMatchObject({ state: "In Review" });
    expect(stage.why("A")).toBe("waiting_for_review");
    await stage.stop();
  });

  it("lands the head that was approved, whatever a broken-off repair has left in the workspace since", async () => {
    const stage = await inReview();
    stage.hands.holds.add("land");
    const { id } = await stage.lane("A");
    await stage.write(id, { type: "commit_seen", data: { headSha: "f".repeat(40), changed: true } });
    await stage.people.forge.review("1", { author: "ann", decision: "approved", body: "" }, { signal: SIGNAL });
    await stage.pass(POLL_MS);
    expect(stage.hands.lease("A").work).toMatchObject({ kind: "land", payload: { headSha: HEAD } });
    await stage.stop();
  });

  it("a person's wish for changes starts one repair, however often it is seen", async () => {
    const stage = await inReview();
    await stage.people.forge.review(
      "1",
      { author: "ann", decision: "changes_requested", body: "Louder." },
      { signal: SIGNAL },
    );
    await stage.pass(POLL_MS * 3);
    expect(stage.hands.count("A")).toBe(2);
    expect(stage.hands.lease("A").work.payload).toMatchObject({ purpose: "repair" });
    expect(stage.hands.lease("A").work.payload.feedback).toContain("Louder.");
    await stage.stop();
  });

  it("a repair that finds no slot starts when one frees, not at the next tick", async () => {
    const stage = await inReview();
    await stage.people.tracker.create(
      { title: "other", description: null, state: "In Progress", labels: [], priority: null, blockedBy: [] },
      { signal: SIGNAL },
    );
    stage.workflow = { ...stage.workflow, agent: { ...stage.workflow.agent, maxConcurrentAgents: 1 } };
    await stage.pass(POLL_MS);
    await stage.people.forge.review(
      "1",
      { author: "ann", decision: "changes_requested", body: "No." },
      { signal: SIGNAL },
    );
    await stage.pass(POLL_MS);
    expect(stage.why("A")).toBe("no_slot");
    await stage.hands.finish("MEM-1", outcomeOf({ changed: false }));
    await stage.pass(0);
    expect(stage.hands.count("A")).toBe(2);
    await stage.stop();
  });

  it("a forge that does not answer decides nothing", async () => {
    const stage = await inReview();
    await stage.people.forge.close("1", { signal: SIGNAL });
    stage.fault = (verb) => (verb === "changesByIds" ? "fail" : undefined);
    await stage.pass(POLL_MS * 3);
    expect(await stage.lane("A")).toMatchObject({ stage: "review_wait", parked: null });
    await stage.stop();
  });

  it("a change that a person closed, with its issue active again, leads to the next lane", async () => {
    const stage = await inReview();
    await stage.people.forge.close("1", { signal: SIGNAL });
    await stage.move("A", "In Progress");
    await stage.pass(POLL_MS * 10);
    const lanes = await stage.lanes("A");
    expect(lanes.map(({ ordinal }) => ordinal)).toEqual([2, 1]);
    expect(lanes.map(({ branch }) => branch?.name)).toEqual([expect.stringMatching(/-2$/), "maestro/a"]);
    expect(stage.hands.count("A")).toBe(2);
    await stage.stop();
  });

  it("a change that a person merged closes the issue out, and its merge is on record", async () => {
    const stage = await inReview();
    await stage.people.forge.merge("1", HEAD, { signal: SIGNAL });
    await stage.pass(POLL_MS);
    expect(await stage.issue("A")).toMatchObject({ state: "Done" });
    const [change] = await stage.people.forge.changesByIds(["1"], { signal: SIGNAL });
    expect((await stage.events("change_seen")).at(-1)?.event.data).toMatchObject({
      state: "merged",
      mergedSha: change?.mergedSha,
    });
    expect(await stage.lane("A")).toMatchObject({ stage: "closed", branch: { mergedSha: change?.mergedSha } });
    await stage.stop();
  });
});
