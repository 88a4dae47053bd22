import { createHmac, timingSafeEqual } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ground } from "./ground.ts";

const SECRET = "it's a secret";
const BODY = '{"action":  "opened",\n"title":"Zoë"}\n';

function signature(body: string): string {
  return createHmac("sha256", SECRET).update(body).digest("hex");
}

describe("POST /hooks/<kind>", () => {
  it("hands on exactly the bytes and headers that came, and answers 202", async () => {
    const { ask, world } = ground();
    const answer = await ask("POST", "/hooks/github", { body: BODY, headers: { "X-Signature": signature(BODY) } });
    expect([answer.status, await answer.json()]).toEqual([202, { accepted: true, duplicate: false }]);
    const [delivered] = world.delivered;
    const expected = Buffer.from(signature(Buffer.from(delivered?.body ?? []).toString()));
    expect(timingSafeEqual(Buffer.from(delivered?.headers["x-signature"] ?? ""), expected)).toBe(true);
  });

  it.each([
    ["unsigned", 401, "hook_refused"],
    ["bad_signature", 401, "hook_refused"],
    ["too_old", 401, "hook_too_old"],
    ["unreadable", 400, "hook_unreadable"],
    ["off", 403, "hook_off"],
    ["unknown", 404, "hook_unknown"],
  ] as const)("tells a sender what is wrong: %s", async (code, status, told) => {
    const { ask, world, log } = ground();
    world.hook = { ok: false, code };
    const answer = await ask("POST", "/hooks/github", { body: BODY });
    expect([answer.status, await answer.json()]).toMatchObject([status, { error: { code: told } }]);
    expect(log.entries.map(({ message }) => message)).toContain("a webhook was refused");
  });

  it("says of one that came before that it did", async () => {
    const { ask, world } = ground();
    world.hook = { ok: true, duplicate: true };
    expect(await (await ask("POST", "/hooks/github", { body: BODY })).json()).toMatchObject({ duplicate: true });
  });

  it("needs no token, under any name and from any site: its signature is what counts", async () => {
    const { ask, world } = ground({ host: "build.example" });
    const headers = { host: "hooks.example.org", origin: "https://github.com", "content-type": "text/plain" };
    expect((await ask("POST", "/hooks/github", { body: BODY, headers })).status).toBe(202);
    expect((await ask("GET", "/hooks/github", { headers: { host: "build.example" } })).status).toBe(405);
    expect(world.delivered).toHaveLength(1);
  });

  it("takes 1 MiB and no more, and no kind that nobody knows", async () => {
    const { ask, world } = ground();
    expect((await ask("POST", "/hooks/github", { body: "x".repeat(1_048_576) })).status).toBe(202);
    expect((await ask("POST", "/hooks/github", { body: "x".repeat(1_048_577) })).status).toBe(413);
    expect((await ask("POST", "/hooks/jira", { body: BODY })).status).toBe(404);
    expect((await ask("POST", "/hooks/", { body: BODY })).status).toBe(404);
    expect(world.delivered).toHaveLength(2);
  });
});
