import { describe, expect, it } from "vitest";
import { questionId } from "../../src/model/approval.ts";
import { approvalRows } from "../../src/record/index.ts";
import { outcomeOf } from "../policy/facts.ts";
import { POLL_MS, Stage } from "./stage.ts";

const SIGNAL = new AbortController().signal;
const ASKED = outcomeOf({ changed: false, signal: { kind: "ask", question: "Red or blue?", options: [] } });

/** A's first run has had a session and asked; B waits for the only slot. */
async function asking(): Promise<Stage> {
  const cards = { A: { state: "In Progress" }, B: { state: "In Progress" } };
  const stage = await Stage.start({ cards, workflow: { agent: { maxConcurrentAgents: 1 } } });
  const { work, fence } = stage.hands.lease("A");
  const { workflowId, laneId, run } = work;
  const data = { sessionId: "s-1", agent: "mock", resumed: false, promptHash: "p" };
  const event = { type: "session_started" as const, data };
  await stage.open.record.transact((tx) => tx.append([{ workflowId, laneId, run, fence, event }]));
  await stage.hands.finish("A", ASKED);
  await stage.pass(0);
  return stage;
}

const say = (stage: Stage, body: string) => stage.people.tracker.comment("a", body, "ann", { signal: SIGNAL });

describe("a question", () => {
  it("stands on the issue and as the reason why it waits, and its slot is free", async () => {
    const stage = await asking();
    expect(stage.hands.lease("B").work.run).toBe(1);
    expect(stage.orchestrator.waiting().find(({ issue }) => issue.identifier === "A")?.reason).toEqual({
      code: "question_asked",
      sentence: "The agent asks: Red or blue?",
    });
    const comments = await stage.people.tracker.comments("a", null, { signal: SIGNAL });
    expect(comments).toMatchObject([{ topic: "question-1", body: expect.stringContaining("Red or blue?") }]);
    await stage.stop();
  });

  it("is answered by a comment: the next run resumes the session with it, also across a crash", async () => {
    const stage = await asking();
    await stage.handOff("B");
    await stage.pass(POLL_MS);
    expect((await stage.lane("A")).parked).not.toBeNull();
    await say(stage, "Blue.");
    await stage.pass(POLL_MS);
    const answer = { question: "Red or blue?", text: "Blue.", author: "ann" };
    expect(stage.hands.lease("A").work).toMatchObject({ run: 2, payload: { resume: "s-1", answer } });
    await stage.crash();
    await stage.start();
    expect(stage.hands.lease("A").work).toMatchObject({ run: 3, payload: { resume: "s-1", answer } });
    await stage.idle("A");
    expect((await stage.lane("A")).answer).toBeNull();
    await stage.stop();
  });

  it("is answered by a command, which stands on the issue too", async () => {
    const stage = await asking();
    expect(await stage.ask("answer", { issue: "A" })).toMatchObject({ ok: false, code: "body_missing" });
    expect(await stage.ask("answer", { issue: "B", body: "Blue." })).toMatchObject({ ok: false, code: "no_question" });
    expect(await stage.ask("answer", { issue: "A", body: "Blue." })).toMatchObject({ ok: true, code: "answered" });
    await stage.handOff("B");
    await stage.pass(POLL_MS);
    expect(stage.hands.lease("A").work.payload.answer).toMatchObject({ text: "Blue.", author: "ann" });
    const comments = await stage.people.tracker.comments("a", null, { signal: SIGNAL });
    expect(comments.map(({ topic }) => topic)).toEqual(["question-1", "answer-1"]);
    await stage.stop();
  });

  it.each([
    ["approve_request", "Blue, please.", "Blue, please."],
    ["approve_request", "", "Yes."],
    ["deny_request", "Ask the designer.", "No. Ask the designer."],
    ["deny_request", "", "No."],
  ])("is answered as a request is, by its name: %s %j", async (verb, body, text) => {
    const stage = await asking();
    const lane = await stage.lane("A");
    const request = questionId("A", lane.ordinal, 1);
    expect(approvalRows([lane])).toMatchObject([{ id: request, kind: "question", what: "Red or blue?" }]);
    expect(await stage.ask(verb, { request: `${request}-other`, body })).toMatchObject({ code: "unknown_request" });
    expect(await stage.ask(verb, { request, body })).toMatchObject({ ok: true, code: "answered" });
    expect(await stage.ask(verb, { request, body })).toMatchObject({ ok: false, code: "unknown_request" });
    await stage.handOff("B");
    await stage.pass(POLL_MS);
    const answer = { question: "Red or blue?", text, author: "ann" };
    expect(stage.hands.lease("A").work).toMatchObject({ run: 2, payload: { resume: "s-1", answer } });
    expect(approvalRows([await stage.lane("A")])).toEqual([]);
    await stage.stop();
  });

  it("that a person lets go without a word is told so", async () => {
    const stage = await asking();
    await stage.handOff("B");
    expect(await stage.ask("unpark", { issue: "A" })).toMatchObject({ ok: true });
    await stage.pass(POLL_MS);
    expect(stage.hands.lease("A").work.payload.answer).toMatchObject({ text: null });
    await stage.stop();
  });
});
