import { describe, expect, it } from "vitest";
import { outcomeOf } from "../policy/facts.ts";
import { ATTENTION } from "../policy/workflow-facts.ts";
import { POLL_MS, Stage } from "./stage.ts";

const TWO = { A: { state: "In Progress" }, B: { state: "Backlog" } };

describe("commands", () => {
  it("pause: what runs goes on, nothing new starts, also after a restart; resume starts at once", async () => {
    const stage = await Stage.start({ cards: TWO });
    expect(await stage.ask("pause")).toMatchObject({ ok: true, code: "paused" });
    await stage.move("B", "In Progress");
    await stage.pass(POLL_MS);
    expect(stage.hands.taken).toEqual(["A run"]);
    expect(stage.hands.revoked).toEqual([]);
    expect(stage.why("B")).toBe("paused");
    await stage.crash();
    await stage.start();
    await stage.pass(POLL_MS);
    expect(stage.hands.taken).toEqual([]);
    expect(await stage.ask("resume")).toMatchObject({ ok: true, code: "running" });
    expect(stage.hands.taken.toSorted()).toEqual(["A run", "B run"]);
    await stage.stop();
  });

  it("pause: the tracker is still looked at, and what ended is ended", async () => {
    const stage = await Stage.start({ cards: TWO });
    await stage.ask("pause");
    await stage.move("A", "Done");
    await stage.pass(POLL_MS);
    expect(stage.hands.revoked).toHaveLength(1);
    await stage.stop();
  });

  it("a second pause is answered as done before", async () => {
    const stage = await Stage.start();
    await stage.ask("pause");
    expect(await stage.ask("pause")).toMatchObject({ ok: true, code: "already" });
    expect(await stage.events("service_mode_changed")).toHaveLength(1);
    await stage.stop();
  });

  it("drain: ends after the last run, and starts nothing before", async () => {
    const stage = await Stage.start({ cards: TWO });
    let ending: unknown = null;
    void stage.orchestrator.ended.then((end) => {
      ending = end;
    });
    expect(await stage.ask("drain")).toMatchObject({ ok: true, code: "draining" });
    await stage.move("B", "In Progress");
    await stage.pass(POLL_MS * 2);
    expect(ending).toBeNull();
    await stage.handOff("A");
    await stage.pass(5_000);
    expect(ending).toEqual({ reason: "drained" });
    expect(stage.hands.count("B")).toBe(0);
    await stage.stop();
  });

  it("drain: a retry that falls due meanwhile does not keep the service from ending", async () => {
    const stage = await Stage.start({ cards: { A: { state: "In Progress" }, B: { state: "In Progress" } } });
    let ending: unknown = null;
    void stage.orchestrator.ended.then((end) => {
      ending = end;
    });
    await stage.fail("A");
    await stage.ask("drain");
    await stage.pass(60_000);
    expect(ending).toBeNull();
    await stage.handOff("B");
    await stage.pass(10_000);
    expect(ending).toEqual({ reason: "drained" });
    expect(stage.hands.count("A")).toBe(1);
    expect(await stage.lane("A")).toMatchObject({ retry: { attempt: 1 } });
    await stage.stop();
  });

  it("drain: the next service runs again", async () => {
    const stage = await Stage.start({ cards: TWO });
    await stage.ask("drain");
    await stage.crash();
    await stage.start();
    expect(stage.hands.taken).toEqual(["A run"]);
    await stage.stop();
  });

  it("stop: is answered, and ends the service with the name of who asked", async () => {
    const stage = await Stage.start({ cards: TWO });
    expect(await stage.ask("stop")).toMatchObject({ ok: true, code: "stopping" });
    expect(await stage.orchestrator.ended).toEqual({ reason: "asked by cli:ann" });
    await stage.orchestrator.stop("asked by cli:ann");
    expect((await stage.events("service_stopped")).map(({ event }) => event.data)).toEqual([
      { instance: "service-1", reason: "asked by cli:ann" },
    ]);
    await stage.stop();
  });

  it("refresh: looks at tracker and forge now", async () => {
    const stage = await Stage.start();
    const before = stage.calls.length;
    expect(await stage.ask("refresh")).toMatchObject({ ok: true, code: "queued" });
    expect(stage.calls.length).toBe(before + 1);
    await stage.stop();
  });

  it("an unknown verb is refused, and the nearest one is named", async () => {
    const stage = await Stage.start();
    expect(await stage.ask("pase")).toMatchObject({
      ok: false,
      code: "unknown_command",
      sentence: 'Nothing is called "pase". Did you mean "pause"?',
    });
    const answer = await stage.ask("xyzzy");
    expect(answer).toMatchObject({ ok: false, code: "unknown_command" });
    expect(answer?.sentence).toContain("unpark");
    await stage.stop();
  });

  it("each is carried out and answered once, also when the service dies in between", async () => {
    const stage = await Stage.open({ cards: TWO });
    const { id: workflowId } = stage.workflow;
    const command = { id: "c1", workflowId, actor: "cli:ann", verb: "pause", arguments: {}, askedAt: 1 };
    await stage.open.inbox.ask(command);
    await stage.start();
    await stage.crash();
    await stage.start();
    await stage.pass(POLL_MS);
    expect(await stage.events("command_answered")).toHaveLength(1);
    expect(await stage.events("service_mode_changed")).toHaveLength(1);
    expect(await stage.open.record.views.openCommands()).toEqual([]);
    await stage.stop();
  });

  it("commands that were asked together are carried out in the order in which they were asked", async () => {
    const stage = await Stage.open();
    for (const [at, verb] of ["pause", "resume", "pause"].entries()) {
      const command = { id: `c${at}`, workflowId: stage.workflow.id, actor: "a", verb, arguments: {}, askedAt: 1 };
      await stage.open.inbox.ask(command);
    }
    await stage.start();
    expect((await stage.events("command_answered")).map(({ event }) => event.data)).toMatchObject([
      { verb: "pause", answer: { code: "paused" } },
      { verb: "resume", answer: { code: "running" } },
      { verb: "pause", answer: { code: "paused" } },
    ]);
    expect(await stage.open.record.views.mode()).toBe("paused");
    await stage.stop();
  });

  it("unpark: a parked issue starts again, and its label goes", async () => {
    const stage = await Stage.start({ cards: TWO, workflow: { agent: { maxAttempts: 1 } } });
    await stage.fail("A");
    expect(await stage.lane("A")).toMatchObject({ parked: { code: "retry_budget_exhausted" } });
    expect((await stage.issue("A")).labels).toEqual([ATTENTION]);
    expect(await stage.ask("unpark", { issue: "A" })).toMatchObject({ ok: true, code: "unparked" });
    await stage.pass(POLL_MS);
    expect(stage.hands.count("A")).toBe(2);
    expect((await stage.issue("A")).labels).toEqual([]);
    expect(await stage.ask("unpark", { issue: "A" })).toMatchObject({ ok: true, code: "already" });
    await stage.stop();
  });

  it("retry: a start that is due later comes now", async () => {
    const stage = await Stage.start({ cards: TWO });
    await stage.fail("A");
    expect(await stage.ask("retry", { issue: "a" })).toMatchObject({ ok: true, code: "retried" });
    await stage.pass(0);
    expect(stage.hands.count("A")).toBe(2);
    await stage.stop();
  });

  it("retry: is refused while the issue is at work, and for an issue that has no lane", async () => {
    const stage = await Stage.start({ cards: TWO });
    expect(await stage.ask("retry", { issue: "A" })).toMatchObject({ ok: false, code: "has_work" });
    expect(await stage.ask("retry", { issue: "NONE" })).toMatchObject({ ok: false, code: "unknown_issue" });
    expect(stage.hands.count("A")).toBe(1);
    await stage.stop();
  });

  it("start and stop may be repeated", async () => {
    const stage = await Stage.open({ cards: TWO });
    await Promise.all([stage.orchestrator.start(), stage.orchestrator.start()]);
    await stage.pass(POLL_MS);
    expect(await stage.events("service_started")).toHaveLength(1);
    expect(stage.verbs().filter((verb) => verb === "issuesByStates")).toHaveLength(2);
    await stage.hands.finish("A", outcomeOf());
    await Promise.all([stage.orchestrator.stop("one"), stage.orchestrator.stop("two")]);
    expect(await stage.events("service_stopped")).toHaveLength(1);
    await stage.open.close();
  });
});
