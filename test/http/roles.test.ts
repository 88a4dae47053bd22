import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import { createApiToken, readApiTokens, revokeApiToken } from "../../src/governance/index.ts";
import { ClientPace } from "../../src/http/client-pace.ts";
import type { ApiRole } from "../../src/model/api-token.ts";
import { ground } from "./ground.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "maestro-tokens-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, "new/http-tokens.json");
const make = (name: string, role: ApiRole) => createApiToken(file(), { name, role, random: systemRandom(), now: 1 });
const served = () => ground({ tokens: () => readApiTokens(file()) });
const json = { "content-type": "application/json" };

describe("a token of the API", () => {
  it.for([
    ["read", [200, 403, 403, 403]],
    ["operate", [200, 200, 403, 403]],
    ["admin", [200, 200, 200, 200]],
  ] as const)("may do what its role says: %s", async ([role, expected]) => {
    const authorization = `Bearer ${await make("bot", role)}`;
    const { ask } = served();
    const command = (verb: string) =>
      ask("POST", "/api/v2/commands", { headers: { ...json, authorization }, body: JSON.stringify({ verb }) });
    const answers = [
      await ask("GET", "/api/v2/status", { headers: { authorization } }),
      await command("pause"),
      await command("stop"),
      await ask("POST", "/api/v2/session/link", { headers: { authorization } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual(expected);
  });

  it("stands under its name on record, is kept as a hash for its owner alone, and ends at once", async () => {
    const token = await make("bot", "operate");
    const { ask, world } = served();
    const headers = { ...json, authorization: `Bearer ${token}` };
    await ask("POST", "/api/v2/commands", { headers, body: '{"verb":"pause"}' });
    expect(world.commands.at(-1)?.actor).toBe("http:bot");
    expect(readFileSync(file(), "utf8")).not.toContain(token);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    await revokeApiToken(file(), "bot");
    expect((await ask("GET", "/api/v2/status", { headers })).status).toBe(401);
  });

  it("has a name of its own, and a file that is Maestro's", async () => {
    await make("bot", "read");
    await expect(make("bot", "admin")).rejects.toMatchObject({ code: "usage" });
    await expect(make("../bot", "read")).rejects.toMatchObject({ code: "usage" });
    await expect(revokeApiToken(file(), "other")).rejects.toMatchObject({ code: "usage" });
    writeFileSync(file(), '{"version":1,"tokens":[{"name":"x","role":"king","hash":"","created_at":1}]}');
    expect(() => readApiTokens(file())).toThrow("does not hold tokens");
  });
});

describe("the pace of a client", () => {
  it("is held to its allowance, which grows again", async () => {
    const clock = new VirtualClock();
    const pace = new ClientPace(clock);
    const allowed = (count: number) => Array.from({ length: count }, () => pace.mayAsk("a")).filter(Boolean).length;
    expect([allowed(1_500), pace.mayAsk("b")]).toEqual([1_000, true]);
    await clock.advance(1_000);
    expect(allowed(500)).toBe(100);
  });

  it("is remembered of a bounded number of clients", () => {
    const pace = new ClientPace(new VirtualClock());
    for (let at = 0; at < 3_000; at += 1) pace.mayAsk(`client ${at}`);
    expect(pace.size).toBe(1_000);
  });

  it("stops who guesses tokens, and nobody who has one", async () => {
    const { ask, get } = served();
    const guess = (at: number) =>
      ask("GET", "/api/v2/status", { headers: { authorization: `Bearer ${String(at).padStart(64, "0")}` } });
    const answers = await Promise.all(Array.from({ length: 40 }, (_, at) => guess(at)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(20);
    expect(answers.at(-1)?.status).toBe(429);
    expect(answers.at(-1)?.headers.get("retry-after")).toBe("2");
    expect((await get("/api/v2/status")).status).toBe(200);
  });
});
