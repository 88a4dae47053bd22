import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OutsideFault } from "../../src/contracts/outside-faults.ts";
import type { Route } from "../../src/model/profile.ts";
import { POLL_MS, Stage } from "../orchestrator/stage.ts";
import { ATTENTION, OPT_OUT, ROUTES, STATES } from "../policy/workflow-facts.ts";

const INBOX = { name: "Inbox", route: "inbox", category: "todo" as const };
const SORTED = { name: "Sorted", route: "sorted", category: "in_progress" as const };

/** Cards that come in are only moved on. */
function movingTo(target: string, more: readonly Route[] = []) {
  const inbox: Route = { name: "inbox", category: "todo", action: "transition", target };
  return { routes: [inbox, ...more, ...ROUTES], states: [INBOX, SORTED, ...STATES] };
}

const ONE = { A: { state: "Inbox" } };

/** Moves of the service that had an effect. */
function movesOf(stage: Stage): string[] {
  return stage.calls.filter(({ verb, effect }) => verb === "move" && effect).map((call) => String(call.arguments.to));
}

describe("a route that only moves its issue", () => {
  it.each([
    ["review", "In Review"],
    ["resolved", "Done"],
  ])("to %s is followed once, without a run, and its lane ends", async (target, state) => {
    const stage = await Stage.start({ cards: ONE, workflow: movingTo(target) });
    await stage.pass(10 * POLL_MS);
    expect((await stage.issue("A")).state).toBe(state);
    expect(movesOf(stage)).toEqual([state]);
    expect(stage.hands.taken).toEqual([]);
    expect(await stage.lanes("A")).toMatchObject([{ stage: "closed", lastRun: 0, reason: { code: "route_moved" } }]);
    await stage.stop();
  });

  it("leads on to a run in the same lane where its target starts one, in one poll", async () => {
    const stage = await Stage.open({ cards: ONE, workflow: movingTo("planning") });
    void stage.orchestrator.runOnce().catch(() => undefined);
    await stage.pass(10_000);
    expect(movesOf(stage)).toEqual(["Todo", "In Progress"]);
    expect(stage.hands.taken).toEqual(["A run"]);
    expect(stage.hands.lease("A").work.payload.issue.state).toBe("In Progress");
    expect(await stage.lanes("A")).toHaveLength(1);
    await stage.stop();
  });

  it("goes through several of them", async () => {
    const sorted: Route = { name: "sorted", category: "in_progress", action: "transition", target: "review" };
    const stage = await Stage.start({ cards: ONE, workflow: movingTo("sorted", [sorted]) });
    await stage.pass(10_000);
    expect(movesOf(stage)).toEqual(["Sorted", "In Review"]);
    expect(await stage.lanes("A")).toMatchObject([{ stage: "closed", lastRun: 0 }]);
    await stage.stop();
  });

  it("needs no slot, and waits for what holds every start back", async () => {
    const cards = { B: { state: "In Progress" }, ...ONE, C: { state: "Inbox" } };
    const stage = await Stage.start({ cards, workflow: { ...movingTo("review"), agent: { maxConcurrentAgents: 1 } } });
    await stage.pass(0);
    expect(stage.hands.taken).toEqual(["B run"]);
    expect(movesOf(stage)).toEqual(["In Review", "In Review"]);
    await stage.ask("pause");
    await stage.move("A", "Inbox");
    await stage.pass(5 * POLL_MS);
    expect((await stage.issue("A")).state).toBe("Inbox");
    await stage.ask("resume");
    await stage.pass(5 * POLL_MS);
    expect((await stage.issue("A")).state).toBe("In Review");
    await stage.stop();
  });

  it.each([
    ["is left to people", { labels: [OPT_OUT] }],
    ["asks for a person", { labels: [ATTENTION] }],
    ["is blocked", { blockedBy: ["B"] }],
  ])("leaves an issue alone that %s", async (_, card) => {
    const cards = { A: { state: "Inbox", ...card }, B: { state: "Backlog" } };
    const stage = await Stage.start({ cards, workflow: movingTo("review") });
    await stage.pass(5 * POLL_MS);
    expect(movesOf(stage)).toEqual([]);
    expect(await stage.lanes("A")).toEqual([]);
    await stage.stop();
  });

  it("moves the issue of a lane that ran before, in its own lane", async () => {
    const stage = await Stage.start({ cards: { A: { state: "In Progress" } }, workflow: movingTo("developing") });
    await stage.fail("A");
    await stage.move("A", "Inbox");
    await stage.pass(10 * POLL_MS);
    expect(movesOf(stage)).toEqual(["In Progress"]);
    expect(stage.hands.taken).toEqual(["A run", "A run"]);
    expect(await stage.lanes("A")).toHaveLength(1);
    await stage.stop();
  });

  const act = fc.constantFrom("arrive", "crash", "wait", "fail", "lose_request", "lose_answer", "late");
  it("is followed once per arrival and never with a run, whatever is lost and whenever it dies", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { maxLength: 12 }),
        fc.constantFrom("review", "resolved"),
        async (acts, target) => {
          const stage = await Stage.start({ cards: ONE, workflow: movingTo(target) });
          const faults: OutsideFault[] = [];
          stage.fault = (verb) => (verb === "move" ? faults.shift() : undefined);
          let arrivals = 1;
          for (const next of acts) {
            if (next === "arrive") {
              if ((await stage.issue("A")).state !== "Inbox") {
                arrivals += 1;
                await stage.move("A", "Inbox");
              }
            } else if (next === "crash") {
              await stage.crash();
              await stage.start();
            } else if (next === "wait") await stage.pass(POLL_MS);
            else faults.push(next);
          }
          faults.length = 0;
          await stage.pass(1_800_000);
          expect((await stage.issue("A")).state).toBe(target === "review" ? "In Review" : "Done");
          expect(movesOf(stage)).toHaveLength(arrivals);
          expect(stage.hands.taken).toEqual([]);
          for (const lane of await stage.lanes("A")) expect(lane).toMatchObject({ stage: "closed", lastRun: 0 });
          await stage.stop();
        },
      ),
      { numRuns: 40 },
    );
  });
});
