import { describe, expect, it } from "vitest";
import { ground } from "./ground.ts";

const JSON_BODY = { "content-type": "application/json" };

async function signIn(made: ReturnType<typeof ground>, name?: string) {
  const { token } = made.access.newLink();
  const body = JSON.stringify(name === undefined ? { token } : { token, name });
  const answer = await made.ask("POST", "/api/v2/session", { body, headers: JSON_BODY });
  return { answer, headers: { cookie: answer.headers.get("set-cookie")?.split(";")[0] ?? "" } };
}

describe("a person", () => {
  it("gets in with the token of a link and out again", async () => {
    const made = ground();
    const { answer, headers } = await signIn(made, "ann");
    expect([answer.status, await answer.json()]).toMatchObject([200, { kind: "session", actor: "http:ann" }]);
    const session = await made.ask("GET", "/api/v2/session", { headers });
    expect(await session.json()).toMatchObject({ actor: "http:ann", expires_at: "2026-01-01T12:00:00.000Z" });
    const out = await made.ask("DELETE", "/api/v2/session", { headers });
    expect([out.status, out.headers.get("set-cookie")]).toEqual([204, expect.stringContaining("Max-Age=0")]);
    expect((await made.ask("GET", "/api/v2/session", { headers })).status).toBe(401);
  });

  it("is told how to get a link when there is none", async () => {
    const answer = await ground().ask("GET", "/api/v2/status");
    expect(await answer.json()).toMatchObject({
      error: { code: "unauthorized", message: expect.stringContaining("Open the link that the service printed") },
    });
  });

  it("asks under its own name, and cannot hand out links", async () => {
    const made = ground();
    const { headers } = await signIn(made, "ann");
    const body = JSON.stringify({ verb: "pause" });
    await made.ask("POST", "/api/v2/commands", { body, headers: { ...headers, ...JSON_BODY } });
    expect(made.world.commands).toMatchObject([{ actor: "http:ann", verb: "pause" }]);
    const link = await made.ask("POST", "/api/v2/session/link", { headers });
    expect([link.status, await link.json()]).toMatchObject([403, { error: { code: "bearer_needed" } }]);
  });

  it("cannot take a name that looks like somebody else's kind of actor", async () => {
    const made = ground();
    for (const name of ["", "a:b", " a", "x".repeat(41), "a\nb"]) {
      const { answer } = await signIn(made, name);
      expect([answer.status, await answer.json()]).toMatchObject([
        400,
        { error: { code: "invalid_body", at: "body/name" } },
      ]);
    }
  });

  it("is refused without a word about the token, which the log does not tell either", async () => {
    const made = ground();
    const body = JSON.stringify({ token: "guess-guess-guess" });
    const answer = await made.ask("POST", "/api/v2/session", { body, headers: JSON_BODY });
    expect([answer.status, await answer.text()]).toEqual([401, expect.not.stringContaining("guess")]);
    expect(JSON.stringify(made.log.entries)).not.toContain("guess");
    expect(made.log.entries).toMatchObject([{ level: "warn", message: "a link was refused" }]);
  });
});

describe("a program", () => {
  it("gets a fresh link for a person, under the address that it asked at", async () => {
    const made = ground();
    const answer = await made.ask("POST", "/api/v2/session/link", { headers: made.bearer });
    const { link, expires_at }: { link: string; expires_at: string } = Object(await answer.json());
    expect([link, expires_at]).toEqual([
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:4000\/\?token=[0-9a-f]{64}$/),
      "2026-01-01T00:10:00.000Z",
    ]);
    expect(made.access.open(new URL(link).searchParams.get("token") ?? "", null)).not.toBeNull();
  });
});
