import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type FakeLogin, startFakeLogin } from "../../../dev/fakes/openai-login/fake-login.ts";
import { closeRigs, CODEX, openRig, type Rig } from "./rig.ts";

const logins: FakeLogin[] = [];
afterEach(async () => {
  await closeRigs();
  for (const login of logins.splice(0)) await login.close();
});

/** A machine whose user has logged in with `codex login`, and a model that lets in whoever has the newest token. */
async function loggedIn(together: number) {
  const login = await startFakeLogin({ together });
  logins.push(login);
  const rig = await openRig(({ credential }) =>
    login.isGood(credential) ? [{ text: "welcome" }] : [{ fail: "unauthorized" }],
  );
  const home = join(rig.folder, "home", ".codex");
  mkdirSync(home);
  const file = join(home, "auth.json");
  writeFileSync(file, login.file());
  login.expire();
  return { login, rig, file };
}

function start(rig: Rig, login: FakeLogin) {
  const own = {
    ...{ name: "Fake", base_url: `${rig.model.url}/v1`, wire_api: "responses", requires_openai_auth: true },
    ...{ request_max_retries: 1, stream_max_retries: 1, supports_websockets: false },
  };
  return rig.session({
    options: { config: { "model_providers.fake": own } },
    env: { CODEX_REFRESH_TOKEN_URL_OVERRIDE: login.url },
  });
}

const renewed = (file: string): string => JSON.parse(readFileSync(file, "utf8")).tokens.refresh_token;

describe.skipIf(CODEX === null)("the login of this machine", () => {
  it("is renewed in place, for everybody, and nothing else is written for the account", async () => {
    const { login, rig, file } = await loggedIn(1);
    const session = await start(rig, login);
    expect((await session.turn("go")).finalMessage).toBe("welcome");
    await session.stop();
    expect(login.asked).toEqual(["refresh-1"]);
    expect(renewed(file)).toBe(login.refreshToken());
    expect(lstatSync(join(rig.stateDirectory, "auth.json")).isSymbolicLink()).toBe(true);
    expect(existsSync(join(rig.stateDirectory, "config.toml"))).toBe(false);
  });

  it("is well after two runs have renewed it at the same moment, and no run takes itself for logged out", async () => {
    const { login, rig, file } = await loggedIn(2);
    const sessions = await Promise.all([start(rig, login), start(rig, login)]);
    const results = await Promise.all(sessions.map((session) => session.turn("go")));
    expect(login.asked).toEqual(["refresh-1", "refresh-1"]);
    expect(renewed(file)).toBe("refresh-2");
    const lost = results.findIndex(({ status }) => status === "failed");
    expect(results[1 - lost]?.finalMessage).toBe("welcome");
    expect(results[lost]?.failure).toMatchObject({ kind: "turn_failed", sentence: /renewed.*already used/ });
    expect((await sessions[lost]?.turn("go on"))?.finalMessage).toBe("welcome");
  });

  it("that cannot be renewed any more is for a person", async () => {
    const { login, rig, file } = await loggedIn(1);
    writeFileSync(file, readFileSync(file, "utf8").replace('"refresh-1"', '"refresh-0"'));
    const session = await start(rig, login);
    expect((await session.turn("go")).failure).toMatchObject({ kind: "auth", sentence: /refresh token/ });
  });
});
