import { describe, expect, it } from "vitest";
import { ground } from "./ground.ts";

describe("POST /api/v2/commands", () => {
  it("puts a row on record and gives its answer", async () => {
    const { post, get, world } = ground();
    const answer = await post("/api/v2/commands", { verb: "request_changes", arguments: { issue: "A", body: "No." } });
    const document = {
      ...{ version: 1, id: "cmd_1", verb: "request_changes", actor: "http", asked_at: "2026-01-01T00:00:00.000Z" },
      answer: { ok: true, code: "done", sentence: "Done.", at: "2026-01-01T00:00:00.000Z" },
    };
    expect([answer.status, await answer.json()]).toEqual([200, document]);
    expect(world.commands).toMatchObject([{ arguments: { issue: "A", body: "No." } }]);
    expect(await (await get("/api/v2/commands/cmd_1")).json()).toEqual(document);
  });

  it("answers 202 when nobody has carried it out yet, and tells later", async () => {
    const { post, get, world, clock } = ground();
    world.answers = false;
    const asked = post("/api/v2/commands", { verb: "pause" });
    await clock.advance(4_000);
    const answer = await asked;
    expect([answer.status, await answer.json()]).toMatchObject([202, { id: "cmd_1", answer: null }]);
    world.answer("cmd_1", "paused");
    expect(await (await get("/api/v2/commands/cmd_1")).json()).toMatchObject({ answer: { code: "paused" } });
  });

  it.each([
    [{}, "body"],
    [{ verb: "Pause!" }, "body/verb"],
    [{ verb: 7 }, "body/verb"],
    [{ verb: "retry", arguments: { issue: 3 } }, "body/arguments/issue"],
    [{ verb: "retry", argument: {} }, "body/argument"],
    [{ verb: "retry", arguments: { body: "x".repeat(20_001) } }, "body/arguments/body"],
  ])("says where in %j the mistake is", async (body, at) => {
    const { post, world } = ground();
    const answer = await post("/api/v2/commands", body);
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: "invalid_body", at } }]);
    expect(world.commands).toEqual([]);
  });
});
