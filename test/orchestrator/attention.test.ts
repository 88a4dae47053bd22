import { expect, it } from "vitest";
import { outcomeOf } from "../policy/facts.ts";
import { POLL_MS, Stage } from "./stage.ts";

const SIGNAL = new AbortController().signal;
const LABEL = "maestro:needs-attention";
const STUCK = outcomeOf({
  changed: false,
  signal: { kind: "attention", summary: "The key is missing.", question: null },
});

it("an agent that needs a person: the issue is back where work starts, labelled and told; nothing starts until the label is gone", async () => {
  const stage = await Stage.start({ cards: { A: { state: "Todo" } } });
  expect((await stage.issue("A")).state).toBe("In Progress");
  await stage.hands.finish("A", STUCK);
  await stage.pass(0);
  const issue = await stage.issue("A");
  expect([issue.state, issue.labels]).toEqual(["Todo", [LABEL]]);
  const comments = await stage.people.tracker.comments(issue.id, null, { signal: SIGNAL });
  expect(comments).toMatchObject([{ topic: "attention", body: expect.stringContaining("The key is missing.") }]);
  for (let poll = 0; poll < 5; poll += 1) await stage.pass(POLL_MS);
  expect([(await stage.lane("A")).parked?.code, stage.hands.taken]).toEqual(["attention_asked", ["A run"]]);
  await stage.people.tracker.label(issue.id, { add: [], remove: [LABEL] }, { signal: SIGNAL });
  await stage.pass(POLL_MS);
  await stage.pass(POLL_MS);
  expect(stage.hands.taken).toEqual(["A run", "A run"]);
  expect((await stage.issue("A")).state).toBe("In Progress");
  await stage.stop();
});

it.each([
  ["label", ["label"]],
  ["ensureComment", ["ensureComment"]],
  ["both", ["label", "ensureComment"]],
])("what the tracker refuses to show on the issue stands in the parking itself, once: %s", async (_, refused) => {
  const stage = await Stage.start({ cards: { A: { state: "Todo" } } });
  stage.fault = (verb) => (refused.includes(verb) ? "fail" : undefined);
  await stage.hands.finish("A", STUCK);
  await stage.pass(0);
  const before = (await stage.lane("A")).parked;
  expect(before).toMatchObject({ code: "attention_asked", sentence: expect.stringContaining("The key is missing.") });
  expect(before?.sentence).not.toContain("refused");
  // A write is tried for a while before it counts as refused.
  await stage.pass(6 * 3_600_000);
  const { parked } = await stage.lane("A");
  expect(parked).toMatchObject({ code: "attention_asked", until: "input" });
  expect(parked?.sentence.split("The tracker refused to show this on the issue")).toHaveLength(2);
  expect(parked?.sentence).toContain("`maestro unpark A`");
  expect([stage.why("A"), stage.hands.taken]).toEqual(["attention_asked", ["A run"]]);
  stage.fault = () => undefined;
  expect(await stage.ask("unpark", { issue: "A" })).toMatchObject({ ok: true });
  await stage.pass(POLL_MS);
  expect(stage.hands.taken).toEqual(["A run", "A run"]);
  await stage.stop();
});
