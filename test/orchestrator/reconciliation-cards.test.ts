import { expect, it } from "vitest";
import { HEAD, outcomeOf } from "../policy/facts.ts";
import { POLL_MS, Stage } from "./stage.ts";

const options = { signal: new AbortController().signal };
const CODING = { withRepo: true, completion: { deliversChange: true, routes: ["review"] }, commands: [] } as const;
const RECONCILIATION = {
  sourceRoutes: ["review"],
  gates: { approval: true, checks: true, mergeable: true },
  outcomes: { ready: "merging", changesRequested: "rework", failedChecks: "rework", alreadyMerged: "resolved" },
  confirmations: 2,
  maxPerPoll: 1,
};

/** A stage on which the changes of these cards are up for review, and cards follow their changes. */
async function inReview(...names: string[]): Promise<Stage> {
  const cards = Object.fromEntries(names.map((name) => [name, { state: "In Progress" }]));
  const stage = await Stage.start({ cards, workflow: CODING });
  stage.workflow = { ...stage.workflow, reconciliation: RECONCILIATION };
  stage.people.forge.receivePush("main", "0".repeat(40), null);
  for (const name of names) {
    const { branch } = await stage.lane(name);
    stage.people.forge.receivePush(branch?.name ?? "", HEAD, null);
    const signal = { kind: "hand_off", route: null, summary: "Greets.", noChange: null } as const;
    await stage.hands.finish(name, outcomeOf({ headSha: HEAD, signal }));
  }
  await stage.pass(POLL_MS);
  return stage;
}

const say = (stage: Stage, id: string, decision: "approved" | "changes_requested") =>
  stage.people.forge.review(id, { author: "ann", decision, body: "So." }, options);
const check = (stage: Stage, passed: boolean) =>
  stage.people.forge.publishCheck("1", { name: "ci", headSha: HEAD, passed, summary: "" }, options);

it("a card whose change is approved goes to merging without a turn, and lands from there", async () => {
  const stage = await inReview("A");
  stage.hands.holds.add("land");
  await say(stage, "1", "approved");
  await stage.pass(POLL_MS);
  expect(await stage.issue("A")).toMatchObject({ state: "Merging" });
  expect(stage.hands.count("A")).toBe(1);
  expect(stage.hands.lease("A").work.kind).toBe("land");
  await stage.stop();
});

it("a move of its own lands nothing once the approval is taken back", async () => {
  const stage = await inReview("A");
  stage.workflow = {
    ...stage.workflow,
    reconciliation: { ...RECONCILIATION, gates: { ...RECONCILIATION.gates, approval: false } },
  };
  await stage.pass(POLL_MS * 2);
  expect(await stage.issue("A")).toMatchObject({ state: "Merging" });
  expect(stage.why("A")).toBe("waiting_for_review");
  await stage.stop();
});

it("failed checks move a card only when they were seen twice, and then wake its lane once", async () => {
  const stage = await inReview("A");
  await check(stage, false);
  await stage.pass(POLL_MS);
  expect(await stage.issue("A")).toMatchObject({ state: "In Review" });
  expect(stage.why("A")).toBe("checks_unconfirmed");
  await stage.pass(POLL_MS);
  expect(await stage.issue("A")).toMatchObject({ state: "Rework" });
  expect(stage.hands.lease("A").work.payload).toMatchObject({ purpose: "repair" });
  expect(stage.hands.count("A")).toBe(2);
  await stage.stop();
});

it("checks that recover in between are counted anew", async () => {
  const stage = await inReview("A");
  await check(stage, false);
  await stage.pass(POLL_MS);
  await check(stage, true);
  await stage.pass(POLL_MS);
  await check(stage, false);
  await stage.pass(POLL_MS);
  expect(await stage.issue("A")).toMatchObject({ state: "In Review" });
  await stage.stop();
});

it("a request for changes moves the card back to work, and a remark holds it where it is", async () => {
  const stage = await inReview("A");
  await say(stage, "1", "changes_requested");
  await stage.pass(POLL_MS);
  expect(await stage.issue("A")).toMatchObject({ state: "Rework" });
  expect(stage.hands.lease("A").work.payload.feedback).toContain("ann asks for changes.");
  await stage.stop();
});
