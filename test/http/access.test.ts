import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { seededRandom } from "../../src/base/random.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import { Access } from "../../src/http/access.ts";

const MINUTE = 60_000;

function access(name = "demo") {
  const clock = new VirtualClock();
  const secrets = new SecretRegistry();
  const made = new Access({ name, clock, random: seededRandom(1), secrets });
  const open = (token: string, as: string | null = null) => made.open(token, as);
  return { access: made, clock, secrets, open };
}

/** What a browser sends after it was given this cookie. */
function withCookie(cookie: string): Headers {
  return new Headers({ cookie: `other=1; ${cookie.split(";")[0]}` });
}

describe("a link", () => {
  it("opens one session, once", () => {
    const { access: made, open } = access();
    const { token } = made.newLink();
    const opened = open(token, "ann's phone");
    expect(opened?.caller).toMatchObject({ kind: "session", actor: "http:ann's phone" });
    expect(open(token)).toBeNull();
  });

  it("is worth nothing after ten minutes", async () => {
    const { access: made, clock, open } = access();
    const early = made.newLink().token;
    await clock.advance(9 * MINUTE);
    const late = made.newLink().token;
    await clock.advance(MINUTE);
    expect([open(early), open(late) === null]).toEqual([null, false]);
  });

  it("is worth nothing to another service", () => {
    expect(access().open("f".repeat(64))).toBeNull();
  });

  it("makes way for newer ones, so that nobody can pile them up", () => {
    const { access: made, open } = access();
    const links = Array.from({ length: 9 }, () => made.newLink().token);
    expect(links.map((token) => open(token) === null)).toEqual([true, ...Array(8).fill(false)]);
  });
});

describe("a session", () => {
  it("is a cookie that no script and no other site gets", () => {
    const { access: made, open } = access();
    const cookie = open(made.newLink().token)?.cookie ?? "";
    expect(cookie).toMatch(/^maestro_[0-9a-f]{8}=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(made.identify(withCookie(cookie))).toMatchObject({ kind: "session", actor: "http:session-1" });
    expect(made.identify(withCookie(cookie.replace(/=[0-9a-f]{64}/, `=${"0".repeat(64)}`)))).toBeNull();
  });

  it("has another cookie than a second service on the same host", () => {
    const cookies = ["one", "two"].map((name) => {
      const { access: made, open } = access(name);
      return open(made.newLink().token)?.cookie.split("=")[0];
    });
    expect(new Set(cookies).size).toBe(2);
  });

  it("lives as long as it is used", async () => {
    const { access: made, clock, open } = access();
    const opened = open(made.newLink().token);
    const headers = withCookie(opened?.cookie ?? "");
    await clock.advance(11 * 60 * MINUTE);
    expect(made.identify(headers)?.expiresAt).toBe(clock.now() + 12 * 60 * MINUTE);
    await clock.advance(11 * 60 * MINUTE);
    expect([made.identify(headers) === null, opened?.caller.isValid()]).toEqual([false, true]);
    await clock.advance(12 * 60 * MINUTE);
    expect([made.identify(headers), opened?.caller.isValid()]).toEqual([null, false]);
  });

  it("can be ended", () => {
    const { access: made, open } = access();
    const opened = open(made.newLink().token);
    const headers = withCookie(opened?.cookie ?? "");
    expect(made.end(headers)).toContain("Max-Age=0");
    expect([made.identify(headers), opened?.caller.isValid()]).toEqual([null, false]);
  });

  it("makes way when there are too many: the one that was unused the longest", () => {
    const { access: made, open } = access();
    const cookies = Array.from({ length: 64 }, () => withCookie(open(made.newLink().token)?.cookie ?? ""));
    const [first = new Headers(), second = new Headers()] = cookies;
    expect(made.identify(first)).not.toBeNull();
    open(made.newLink().token);
    expect([made.identify(first) === null, made.identify(second) === null]).toEqual([false, true]);
  });
});

describe("tokens", () => {
  it("are masked wherever they could be told", () => {
    const { access: made, secrets } = access();
    const { token } = made.newLink();
    expect(secrets.redact(`${token} ${made.bearer}`)).toBe("[REDACTED:http_link] [REDACTED:http_token]");
  });

  it("let programs in, and only the right one", () => {
    const { access: made } = access();
    const identify = (authorization: string) => made.identify(new Headers({ authorization }));
    expect(identify(`Bearer ${made.bearer}`)).toMatchObject({ kind: "bearer", actor: "http", expiresAt: null });
    expect(identify(`bearer  ${made.bearer}`)?.kind).toBe("bearer");
    for (const wrong of [`Bearer ${made.bearer}0`, "Bearer ", `Basic ${made.bearer}`, made.bearer]) {
      expect([wrong, identify(wrong)]).toEqual([wrong, null]);
    }
  });
});
