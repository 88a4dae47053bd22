import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { closeRigs, CODEX, openRig } from "./rig.ts";

afterEach(closeRigs);

describe.skipIf(CODEX === null)("a look at a real Codex", () => {
  it("tells program, version, handshake, tools and stop, and asks no model", async () => {
    const rig = await openRig(() => [{ text: "hello" }]);
    const probe = await rig.probe();
    expect(probe).toMatchObject({
      ok: true,
      program: CODEX,
      version: "0.169.0",
      tested: "0.169.x",
      login: expect.stringContaining("fake"),
    });
    expect(probe.steps.map(({ id, ok }) => [id, ok])).toEqual([
      ["program", true],
      ["handshake", true],
      ["version", true],
      ["tools", true],
      ["stop", true],
    ]);
    expect(rig.model.asked).toEqual([]);
    expect(await rig.survivors()).toBe(0);
  });

  it("tells the login of this machine, never its value", async () => {
    const rig = await openRig(() => []);
    const login = join(rig.folder, "home", ".codex");
    mkdirSync(login);
    writeFileSync(join(login, "auth.json"), JSON.stringify({ auth_mode: "apikey", OPENAI_API_KEY: "sk-of-the-user" }));
    const probe = await rig.probe({ options: { config: { model_provider: "openai" } } });
    expect(probe).toMatchObject({ ok: true, login: "an API key of OpenAI" });
    expect(JSON.stringify(probe)).not.toContain("sk-of-the-user");
    const none = await openRig(() => []);
    expect((await none.probe({ options: { config: { model_provider: "openai" } } })).login).toBeNull();
  });

  it("tells that the tools cannot be had, and that there is no program", async () => {
    const rig = await openRig(() => []);
    const down = await rig.probe({ tools: "down" });
    expect(down.ok).toBe(false);
    expect(down.steps.find(({ id }) => id === "tools")).toMatchObject({ ok: false, sentence: /maestro/ });
    expect(down.steps.at(-1)).toMatchObject({ id: "stop", ok: true });
    const missing = await rig.probe({ command: ["/no/such/codex"] });
    expect(missing).toMatchObject({ ok: false, program: null, version: null });
    expect(missing.steps).toMatchObject([{ id: "program", ok: false, sentence: /no program "\/no\/such\/codex"/ }]);
    expect(await rig.survivors()).toBe(0);
  });
});
