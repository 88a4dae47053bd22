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
