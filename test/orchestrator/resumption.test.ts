import { expect, it } from "vitest";
import type { Event } from "../../src/model/events/index.ts";
import { Stage } from "./stage.ts";

const AT_WORK = { A: { state: "In Progress" } };

/** What a worker puts on record while an agent works on A. */
async function speak(stage: Stage, tokens: number, baseline = 0): Promise<void> {
  const { work, fence } = stage.hands.lease("A");
  const { workflowId, laneId, run } = work;
  const of = (total: number) => ({ inputTokens: total, outputTokens: 0, totalTokens: total });
  const session = { sessionId: "s-1", agent: "mock", resumed: run > 1, promptHash: "p", baseline: of(baseline) };
  const events: Event[] = [
    { type: "session_started", data: session },
    { type: "turn_started", data: { turn: 1 } },
    { type: "usage_reported", data: { usage: of(tokens), model: null } },
  ];
  await stage.open.record.transact((tx) =>
    tx.append(events.map((event) => ({ workflowId, laneId, run, fence, event }))),
  );
}

const payload = (stage: Stage) => stage.hands.lease("A").work.payload;

it("after a crash the session goes on, with what it has used so far and why it broke off", async () => {
  const stage = await Stage.start({ cards: AT_WORK });
  expect(payload(stage)).toMatchObject({ resume: null, earlier: null, interrupted: null });
  await speak(stage, 100);
  await stage.crash();
  await stage.start();
  expect(payload(stage)).toMatchObject({
    ...{ purpose: "retry", resume: "s-1", baseline: { totalTokens: 100 } },
    interrupted: "The service ended while this ran.",
    earlier: expect.stringContaining("Run 1 (first)"),
  });
  await speak(stage, 30, 100);
  await stage.crash();
  await stage.start();
  expect(payload(stage)).toMatchObject({ resume: "s-1", baseline: { totalTokens: 130 } });
  expect((await stage.lane("A")).usage.totalTokens).toBe(130);
  await stage.stop();
});

it("a session of an agent that the workflow does not name any more is left alone", async () => {
  const stage = await Stage.start({ cards: AT_WORK });
  await speak(stage, 100);
  await stage.crash();
  stage.workflow = { ...stage.workflow, agentProvider: { kind: "codex", options: {} } };
  await stage.start();
  expect(payload(stage)).toMatchObject({ resume: null, baseline: null, earlier: expect.stringContaining("Run 1") });
  await stage.stop();
});

it("a rule chooses another agent after a failure: a new session, which is told of the old one", async () => {
  const stage = await Stage.start({ cards: AT_WORK });
  const when = { labels: null, states: null, retryAtLeast: 1, priorityAtMost: null };
  const rules = [{ when, kind: "codex", options: {} }];
  stage.workflow = { ...stage.workflow, agentProvider: { ...stage.workflow.agentProvider, rules } };
  expect(payload(stage).agentRule).toBeNull();
  await speak(stage, 100);
  await stage.fail("A");
  await stage.pass(60_000);
  const earlier = expect.stringContaining("Run 1 (first): boom");
  expect(payload(stage)).toMatchObject({ agentRule: 0, resume: null, earlier });
  await stage.stop();
});
