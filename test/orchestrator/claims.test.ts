import { describe, expect, it } from "vitest";
import { outcomeOf } from "../policy/facts.ts";
import { POLL_MS, Stage, type StageOptions } from "./stage.ts";

const TTL_MS = 600_000;
const ON = { claim: { mode: "on", ttlMs: TTL_MS }, agent: { stallTimeoutMs: 0 } } as const;
const AT_WORK = { A: { state: "In Progress" } };

/** Two services on two machines, one tracker, one clock. */
async function two(options: StageOptions = {}): Promise<{ readonly first: Stage; readonly second: Stage }> {
  const first = await Stage.open({ cards: AT_WORK, ...options, workflow: ON, owner: "one" });
  const second = await Stage.open({ workflow: ON, owner: "two", beside: first });
  await first.start();
  await second.start();
  return { first, second };
}

function sentence(stage: Stage, identifier: string): string | undefined {
  return stage.orchestrator.waiting().find(({ issue }) => issue.identifier === identifier)?.reason.sentence;
}

describe("two services on one tracker", () => {
  it("share the issues: none runs twice, and the one that stays away says who has it and until when", async () => {
    const cards = { A: { state: "In Progress" }, B: { state: "In Progress" }, C: { state: "In Progress" } };
    const { first, second } = await two({ cards });
    await first.pass(POLL_MS * 4);
    expect([...first.hands.held.keys(), ...second.hands.held.keys()].sort()).toEqual(["A", "B", "C"]);
    expect([first.hands.taken.length, second.hands.taken.length]).toEqual([2, 1]);
    expect(second.why("A")).toBe("claimed_elsewhere");
    expect(sentence(second, "A")).toMatch(/^Claimed by one until \d{4}-\d\d-\d\dT.*Z\.$/);
    await first.stop();
    await second.stop();
  });

  it("stay so for as long as the work lasts: the claim is renewed well before its end, and cheaply asked about", async () => {
    const { first, second } = await two();
    await first.pass(TTL_MS * 5);
    expect(second.hands.taken).toEqual([]);
    const asked = (stage: Stage): number => stage.verbs().filter((verb) => verb === "claim").length;
    expect(asked(first)).toBeLessThanOrEqual(12);
    expect(asked(second)).toBeLessThanOrEqual(12);
    await first.stop();
    await second.stop();
  });

  it("take over when the other died, after its claim has run out and not before", async () => {
    const { first, second } = await two();
    await first.crash();
    await second.pass(TTL_MS - POLL_MS);
    expect(second.hands.taken).toEqual([]);
    await second.pass(POLL_MS * 3);
    expect(second.hands.taken).toEqual(["A run"]);
    await second.stop();
  });

  it("a service that comes back within the time goes on with its own claim", async () => {
    const { first, second } = await two();
    await first.crash();
    await first.pass(POLL_MS);
    await first.start();
    expect(first.hands.lease("A").work.run).toBe(2);
    expect(second.hands.taken).toEqual([]);
    await first.stop();
    await second.stop();
  });

  it("a service that comes back too late leaves the issue to the other, and says so", async () => {
    const { first, second } = await two();
    await first.crash();
    await second.pass(TTL_MS + POLL_MS * 2);
    expect(second.hands.taken).toEqual(["A run"]);
    await first.start();
    await first.pass(POLL_MS);
    expect(first.hands.taken).toEqual([]);
    expect(first.why("A")).toBe("claimed_elsewhere");
    expect(await first.lane("A")).toMatchObject({ stage: "released", reason: { code: "claimed_elsewhere" } });
    await first.stop();
    await second.stop();
  });
});

describe("a claim that is lost while work goes on", () => {
  it("ends the run before somebody else may begin, with the reason on record", async () => {
    const { first, second } = await two();
    first.fault = (verb) => (verb === "claim" ? "fail" : undefined);
    let endedAt: number | null = null;
    while (second.hands.taken.length === 0) {
      await first.pass(5_000);
      if (first.hands.revoked.length > 0 && first.hands.held.has("A")) {
        endedAt = first.clock.now();
        await first.hands.finish("A", outcomeOf({ status: "canceled" }));
      }
    }
    expect(endedAt).not.toBeNull();
    expect(await first.events("work_canceled")).toMatchObject([
      { event: { data: { reason: { code: "claim_lost" } } } },
    ]);
    expect(await first.lane("A")).toMatchObject({ stage: "released" });
    const [taken] = await second.events("work_enqueued");
    expect(taken?.at).toBeGreaterThan(endedAt ?? Number.POSITIVE_INFINITY);
    await first.stop();
    await second.stop();
  });

  it("is taken back too when somebody else has it, whoever that is", async () => {
    const first = await Stage.start({ cards: AT_WORK, workflow: ON, owner: "one" });
    const signal = new AbortController().signal;
    await first.people.tracker.release("a", "one", { signal });
    await first.people.tracker.claim("a", { owner: "stranger", expiresAt: first.clock.now() + TTL_MS * 9 }, { signal });
    await first.pass(TTL_MS);
    const [canceled] = await first.events("work_canceled");
    expect(canceled?.event.data).toMatchObject({ reason: { sentence: expect.stringMatching(/claimed by stranger/) } });
    await first.stop();
  });
});

describe("claiming", () => {
  it("comes before everything else that is done for an issue", async () => {
    const stage = await Stage.start({ cards: { A: { state: "Todo" } }, workflow: ON });
    await stage.pass(1_000);
    const writes = stage.calls.filter(({ effect }) => effect).map(({ verb }) => verb);
    expect(writes.slice(0, 2)).toEqual(["claim", "move"]);
    await stage.stop();
  });

  it("begins nothing while the tracker cannot be asked, and says so", async () => {
    const stage = await Stage.open({ cards: AT_WORK, workflow: ON });
    stage.fault = (verb) => (verb === "claim" ? "fail" : undefined);
    await stage.start();
    await stage.pass(POLL_MS * 3);
    expect([stage.hands.taken, stage.why("A")]).toEqual([[], "claim_unsure"]);
    stage.fault = () => undefined;
    await stage.pass(POLL_MS);
    expect(stage.hands.taken).toEqual(["A run"]);
    await stage.stop();
  });

  it("a lost answer leaves one claim, and the next look goes on with it", async () => {
    const stage = await Stage.open({ cards: AT_WORK, workflow: ON, owner: "one" });
    let lost = 1;
    stage.fault = (verb) => (verb === "claim" && lost-- > 0 ? "lose_answer" : undefined);
    await stage.start();
    await stage.pass(POLL_MS);
    expect(stage.hands.taken).toEqual(["A run"]);
    await stage.stop();
  });

  it("ends some time after its lane, so that another Maestro may have an issue that comes back", async () => {
    const { first, second } = await two();
    await first.handOff("A");
    await first.move("A", "In Progress");
    await first.orchestrator.stop("the machine is switched off");
    await second.pass(TTL_MS + POLL_MS * 2);
    expect(second.hands.taken).toEqual(["A run"]);
    await second.stop();
  });

  it("is given up when the lane lets go of its issue", async () => {
    const stage = await Stage.start({ cards: AT_WORK, workflow: ON, owner: "one" });
    await stage.move("A", "Backlog");
    await stage.pass(POLL_MS);
    await stage.hands.finish("A", outcomeOf({ status: "canceled" }));
    await stage.pass(300_000);
    expect(stage.calls.filter(({ verb, effect }) => verb === "release" && effect)).toHaveLength(1);
    await stage.stop();
  });

  it.each([
    { mode: "auto", why: "nobody else works on such a tracker" },
    { mode: "off", why: "the workflow says so" },
  ] as const)("$mode claims nothing here: $why", async ({ mode }) => {
    const stage = await Stage.start({ cards: AT_WORK, workflow: { claim: { mode, ttlMs: TTL_MS } } });
    await stage.pass(POLL_MS);
    expect(stage.hands.taken).toEqual(["A run"]);
    expect(stage.verbs()).not.toContain("claim");
    await stage.stop();
  });
});
