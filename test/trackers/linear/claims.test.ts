import { describe, expect, it } from "vitest";
import { RateLimiters } from "../../../src/base/rate-limiter.ts";
import { KEY, PEER_KEY } from "./harness.ts";
import { calmly, stage } from "./stage.ts";

describe("a claim", () => {
  const MINUTE = 60_000;

  it("is held against others until it runs out, renewed by its owner, given up by nobody else", async () => {
    const ground = await stage();
    const [id = ""] = ground.ids;
    const [mine, theirs] = [ground.open(), ground.open({ api_key: PEER_KEY })];
    const now = Date.now();
    expect(await mine.claim(id, { owner: "host-a", expiresAt: now + MINUTE }, calmly)).toEqual({ kind: "claimed" });
    const held = { kind: "held", owner: "host-a", expiresAt: now + MINUTE };
    expect(await theirs.claim(id, { owner: "host-b", expiresAt: now + MINUTE }, calmly)).toEqual(held);
    expect(await mine.claim(id, { owner: "host-a", expiresAt: now + 2 * MINUTE }, calmly)).toEqual({ kind: "claimed" });
    await theirs.release(id, "host-b", calmly);
    expect(await theirs.claim(id, { owner: "host-b", expiresAt: now + MINUTE }, calmly)).toEqual({
      ...held,
      expiresAt: now + 2 * MINUTE,
    });
    await mine.release(id, "host-a", calmly);
    expect(await theirs.claim(id, { owner: "host-b", expiresAt: now + MINUTE }, calmly)).toEqual({ kind: "claimed" });
    expect(ground.fake.data.comments).toHaveLength(1);
    expect(ground.fake.data.comments[0]?.body).toContain("host-b");
    expect((await mine.comments(id, null, calmly)).map(({ topic }) => topic)).toEqual(["claim"]);
  });

  it("passes to another when it has run out, and its old owner learns of it", async () => {
    const ground = await stage();
    const [id = ""] = ground.ids;
    const [mine, theirs] = [ground.open(), ground.open({ api_key: PEER_KEY })];
    const now = Date.now();
    await mine.claim(id, { owner: "host-a", expiresAt: now - 1 }, calmly);
    expect(await theirs.claim(id, { owner: "host-b", expiresAt: now + MINUTE }, calmly)).toEqual({ kind: "claimed" });
    expect(await mine.claim(id, { owner: "host-a", expiresAt: now + MINUTE }, calmly)).toEqual({
      ...{ kind: "held", owner: "host-b" },
      expiresAt: now + MINUTE,
    });
    await mine.release(id, "host-a", calmly);
    expect(await mine.claim(id, { owner: "host-a", expiresAt: now + MINUTE }, calmly)).toMatchObject({ kind: "held" });
  });

  it("goes to one of two that want it at once, each a process of its own", async () => {
    const ground = await stage();
    const [id = ""] = ground.ids;
    for (let round = 0; round < 5; round += 1) {
      const claims = ["host-a", "host-b"].map(async (owner, at) => {
        // Limiters of their own: nothing is shared but Linear.
        const limiters = new RateLimiters(ground.place.context.clock);
        const tracker = ground.open({ api_key: at === 0 ? KEY : PEER_KEY }, { limiters });
        const result = await tracker.claim(id, { owner, expiresAt: Date.now() + MINUTE }, calmly);
        return { owner, tracker, result };
      });
      const results = await Promise.all(claims);
      const winners = results.filter(({ result }) => result.kind === "claimed");
      expect(winners).toHaveLength(1);
      for (const { result } of results) {
        if (result.kind === "held") expect(result.owner).toBe(winners[0]?.owner);
      }
      await winners[0]?.tracker.release(id, winners[0].owner, calmly);
    }
  });

  it("is not made by a comment that only looks like one", async () => {
    const ground = await stage();
    const [id = ""] = ground.ids;
    await ground.open().comment(id, `Mine.\n\n\`maestro-claim 7 mallory ${Date.now() + MINUTE}\``, "mallory", calmly);
    const at = new Date().toISOString();
    const times = { createdAt: at, updatedAt: at, editedAt: null, resolvedAt: null };
    const body = `\`maestro-claim 8 mallory ${Date.now() + MINUTE}\``;
    const userId = ground.fake.data.users[1]?.id ?? "";
    ground.fake.data.comments.push({ id: "x", issueId: id, userId, parentId: null, body, ...times });
    const claim = { owner: "host-a", expiresAt: Date.now() + MINUTE };
    expect(await ground.open().claim(id, claim, calmly)).toEqual({ kind: "claimed" });
  });
});
