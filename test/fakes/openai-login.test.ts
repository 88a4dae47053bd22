import { afterEach, expect, it } from "vitest";
import { type FakeLogin, startFakeLogin } from "../../dev/fakes/openai-login/fake-login.ts";

let login: FakeLogin | null = null;
afterEach(async () => {
  await login?.close();
  login = null;
});

async function renew(at: FakeLogin, token: string, grant = "refresh_token") {
  const body = JSON.stringify({ grant_type: grant, refresh_token: token });
  const answer = await fetch(at.url, { method: "POST", body });
  return { status: answer.status, body: Object(await answer.json()) };
}

it("takes each refresh token once", async () => {
  login = await startFakeLogin();
  const [first] = [JSON.parse(login.file()).tokens];
  expect(login.isGood(first.access_token)).toBe(true);
  login.expire();
  expect(login.isGood(first.access_token)).toBe(false);
  const renewed = await renew(login, first.refresh_token);
  expect(renewed).toMatchObject({ status: 200, body: { refresh_token: login.refreshToken() } });
  expect(login.isGood(renewed.body.access_token)).toBe(true);
  expect(await renew(login, first.refresh_token)).toMatchObject({
    status: 401,
    body: { error: { code: "refresh_token_reused" } },
  });
  expect((await renew(login, login.refreshToken(), "password")).status).toBe(400);
});

it("lets renewals meet", async () => {
  login = await startFakeLogin({ together: 2 });
  const both = await Promise.all([renew(login, "refresh-1"), renew(login, "refresh-1")]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
});
