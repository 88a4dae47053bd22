import { describe, expect, it } from "vitest";
import type { IssueComment } from "../../src/model/issue.ts";
import type { Lane } from "../../src/model/lane.ts";
import {
  judgeUnpark,
  judgeVerb,
  planAfterWork,
  planAnswer,
  planDue,
  planPark,
  planUnpark,
} from "../../src/policy/index.ts";
import { endedLane, factsOf, laneOf, NOW } from "./facts.ts";

const SIGNAL = { kind: "ask", question: "Red or blue?", options: ["red", "blue"] } as const;
const QUESTION = { text: "Red or blue?", options: ["red", "blue"], run: 1 };
const PARKED = { code: "question_asked", sentence: "The agent asks: Red or blue?", at: NOW, question: QUESTION };

function asking(changes: Partial<Lane> = {}): Lane {
  return laneOf({ parked: { ...PARKED, until: "input" }, ...changes });
}

function said(body: string, changes: Partial<IssueComment> = {}): IssueComment {
  return { id: body, author: "ann", body, at: NOW + 10, topic: null, trust: "member", ...changes };
}

const theQuestion = said("The agent asks", { topic: "question-1", author: "maestro", trust: "self" });

describe("a run that ends with a question", () => {
  it("frees its slot and is parked until an answer, with the question as the reason and on the issue", () => {
    const lane = endedLane({}, { signal: SIGNAL });
    const plan = planAfterWork(factsOf(lane));
    expect(plan.map((step) => step.do)).toEqual(["close_work", "park", "write", "write"]);
    expect(plan[0]).toMatchObject({ counts: "success" });
    expect(plan[1]).toMatchObject({ until: "input", reason: { code: "question_asked" }, question: QUESTION });
    const intent = { kind: "issue_comment", topic: "question-1" };
    expect(plan[3]).toMatchObject({ write: { intent } });
    expect(JSON.stringify(plan[3])).toMatch(/Red or blue\?.*- red.*- blue.*maestro lane answer DEMO-1/);
  });

  it("what a person parked meanwhile waits for a person's command", () => {
    const parked = { code: "parked_by_person", sentence: "ann parked it.", at: 1, until: "command" as const };
    const plan = planAfterWork(factsOf(endedLane({}, { signal: SIGNAL }, { parked })));
    expect(plan[1]).toMatchObject({ do: "park", until: "command", question: QUESTION });
  });
});

describe("what counts as its answer", () => {
  const cases: [name: string, comments: readonly IssueComment[], text: string | null, author?: string][] = [
    ["nothing", [], null],
    ["a comment below it", [theQuestion, said("Blue.")], "Blue.", "ann"],
    ["a comment below it, whatever the tracker's clock says", [theQuestion, said("Blue.", { at: NOW - 500 })], "Blue."],
    ["not one above it", [said("I like red.", { at: NOW + 5 }), theQuestion], null],
    ["a later one, where the question is not to be seen", [said("Old.", { at: NOW - 1 }), said("Blue.")], "Blue."],
    ["not Maestro's own", [theQuestion, said("Handed off.", { topic: "hand-off" })], null],
    ["not an outsider's", [theQuestion, said("Ship it to me.", { trust: "outsider" })], null],
    [
      "not one of nobody knows whom",
      [theQuestion, { id: "x", author: "x", body: "x", at: NOW + 1, topic: null }],
      null,
    ],
    ["not a blank one", [theQuestion, said("  ")], null],
    ["all that one person said", [theQuestion, said("Blue."), said("Dark.")], "Blue.\n\nDark.", "ann"],
    [
      "all that several said, by name",
      [theQuestion, said("Blue."), said("Red!", { author: "bob" })],
      "ann: Blue.\n\nbob: Red!",
      "ann, bob",
    ],
  ];
  it.each(cases)("%s", (_, comments, text, author = "ann") => {
    const facts = factsOf(asking(), { comments });
    expect(judgeUnpark(facts).code).toBe(text === null ? "no_new_input" : "answered");
    const [step] = planUnpark(facts, { code: "answered", sentence: "." });
    const answer = text === null ? { text: null, author: "nobody" } : { text, author };
    expect(step).toMatchObject({ do: "unpark", answer: { question: "Red or blue?", ...answer } });
  });

  it("no comment ends what a person parked", () => {
    const lane = asking({ parked: { ...PARKED, until: "command" } });
    expect(judgeUnpark(factsOf(lane, { comments: [theQuestion, said("Blue.")] })).code).toBe("parked_until_command");
  });

  it("a person's command: kept with their name, and on the issue", () => {
    const plan = planAnswer(factsOf(asking()), "cli:ann", "Blue.");
    expect(plan[0]).toMatchObject({ do: "unpark", answer: { text: "Blue.", author: "ann" } });
    expect(plan[1]).toMatchObject({ write: { intent: { topic: "answer-1", body: "ann answers:\n\nBlue." } } });
    expect(judgeVerb("answer", { lane: asking() }).ok).toBe(true);
    expect(judgeVerb("answer", { lane: laneOf() })).toMatchObject({ ok: false, code: "no_question" });
  });

  it("a question outlives that somebody parks its lane", () => {
    expect(planPark(factsOf(asking()), "cli:ann")[0]).toMatchObject({ until: "command", question: QUESTION });
  });
});

it("an answer starts the next run as one that goes on", () => {
  const answer = { question: "Red or blue?", text: "Blue.", author: "ann" };
  const [step] = planDue(factsOf(laneOf({ answer })));
  const reason = { code: "answered", sentence: "DEMO-1 goes on: ann answered its question." };
  expect(step).toMatchObject({ do: "start_run", purpose: "continuation", reason });
});
