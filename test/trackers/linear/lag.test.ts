import { describe, expect, it } from "vitest";
import type { FakeLinearOptions } from "../../../dev/fakes/linear/index.ts";
import { RateLimiters } from "../../../src/base/rate-limiter.ts";
import { editByHand, issueCalled, PEER_KEY, SEED } from "./harness.ts";
import { calmly, type Stage, stage } from "./stage.ts";

/** Reads show what was 5 s ago. */
const LAG_MS = 5_000;

/** One issue that was there before anything lags. */
function lagging(lags: Pick<FakeLinearOptions, "lagMs" | "relationLagMs">): Promise<Stage> {
  return stage([], { ...lags, seed: { ...SEED, issues: [{ team: "ISS", title: "One", project: "Core" }] } });
}

/** A client of another process. */
function stranger(ground: Stage) {
  return ground.open({ api_key: PEER_KEY }, { limiters: new RateLimiters(ground.place.context.clock) });
}

describe("while reads lag behind", () => {
  it("moves go on from each other, and neither list nor refresh brings an old state back", async () => {
    const ground = await lagging({ lagMs: LAG_MS });
    const tracker = ground.open();
    const [id = ""] = ground.ids;
    expect(await tracker.move(id, { to: "In Progress", from: "Todo" }, calmly)).toBe("moved");
    expect(await tracker.move(id, { to: "In Review", from: "In Progress" }, calmly)).toBe("moved");
    expect(await tracker.move(id, { to: "In Review", from: "In Progress" }, calmly)).toBe("already");
    // Linear itself still shows Todo.
    expect((await stranger(ground).issuesByIds([id], calmly))[0]?.state).toBe("Todo");
    expect((await tracker.issuesByIds([id], calmly))[0]?.state).toBe("In Review");
    expect(await tracker.issuesByStates(["Todo", "In Progress"], calmly)).toEqual([]);
    ground.fake.server.clock.advance(6_000);
    expect((await stranger(ground).issuesByIds([id], calmly))[0]?.state).toBe("In Review");
  });

  it("a person's later change is seen, not what was written before it", async () => {
    const ground = await stage();
    const tracker = ground.open();
    const [id = ""] = ground.ids;
    await tracker.move(id, { to: "In Progress", from: "Todo" }, calmly);
    ground.fake.server.clock.advance(10);
    editByHand(ground.fake, "ISS-1", { state: "Canceled" });
    expect((await tracker.issuesByIds([id], calmly))[0]?.state).toBe("Canceled");
    expect(await tracker.move(id, { to: "Done", from: "In Progress" }, calmly)).toBe("conflict");
    expect((await tracker.issuesByIds([id], calmly))[0]?.state).toBe("Canceled");
  });

  it("what a person takes out of scope is gone, although it was just written", async () => {
    const ground = await stage();
    const tracker = ground.open({ team: undefined, project_slug: "0123456789ab" });
    const [id = ""] = ground.ids;
    await tracker.move(id, { to: "In Progress", from: "Todo" }, calmly);
    issueCalled(ground.fake, "ISS-1").projectId = null;
    expect(await tracker.issuesByIds([id], calmly)).toEqual([]);
  });

  it("a process that was just started looks a second time before it calls a move a conflict", async () => {
    const ground = await lagging({ lagMs: 500 });
    const [id = ""] = ground.ids;
    await ground.open().move(id, { to: "In Progress", from: "Todo" }, calmly);
    expect(await stranger(ground).move(id, { to: "In Review", from: "In Progress" }, calmly)).toBe("moved");
  });

  it("there is still one comment per topic, and one follow-up per key", async () => {
    const ground = await lagging({ lagMs: LAG_MS });
    const [id = ""] = ground.ids;
    const draft = { title: "Later", description: null, state: "Todo", labels: [], priority: null, blockedBy: [] };
    for (const body of ["Plan", "Plan B", "Plan C"]) {
      await ground.open().ensureComment(id, "workpad", body, "maestro", calmly);
    }
    expect(ground.fake.data.comments.map(({ body }) => body.split("\n")[0])).toEqual(["Plan C"]);
    const tracker = ground.open();
    const made = await tracker.ensureFollowUp(id, "key", draft, calmly);
    expect((await tracker.ensureFollowUp(id, "key", draft, calmly)).id).toBe(made.id);
    expect(await tracker.issuesByIds([made.id], calmly)).toHaveLength(1);
    // A process that cannot see it yet neither makes a second one nor claims to have found it.
    await expect(stranger(ground).ensureFollowUp(id, "key", draft, calmly)).rejects.toMatchObject({
      code: "tracker_conflict",
    });
    expect(ground.fake.data.issues).toHaveLength(2);
  });

  it("a new issue shows its blockers before Linear does", async () => {
    const ground = await lagging({ relationLagMs: LAG_MS });
    const tracker = ground.open();
    const draft = { title: "New", description: null, state: "Todo", labels: [], priority: null, blockedBy: ["ISS-1"] };
    const made = await tracker.create(draft, calmly);
    const seen = async () => (await tracker.issuesByIds([made.id], calmly))[0]?.blockedBy;
    expect(await seen()).toMatchObject([{ identifier: "ISS-1" }]);
    await tracker.label(made.id, { add: ["agent"], remove: [] }, calmly);
    expect(await seen()).toMatchObject([{ identifier: "ISS-1" }]);
    ground.fake.server.clock.advance(5_000);
    expect(await seen()).toMatchObject([{ identifier: "ISS-1" }]);
  });

  it("a claim that cannot be seen yet is not taken a second time", async () => {
    const ground = await lagging({ lagMs: 700 });
    const [id = ""] = ground.ids;
    const expiresAt = Date.now() + 60_000;
    expect(await ground.open().claim(id, { owner: "host-a", expiresAt }, calmly)).toEqual({ kind: "claimed" });
    const held = { kind: "held", owner: "host-a", expiresAt };
    expect(await stranger(ground).claim(id, { owner: "host-b", expiresAt }, calmly)).toEqual(held);
  });
});
