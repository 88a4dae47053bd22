import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { MaestroError } from "../../src/base/errors.ts";
import { memoryLog } from "../../src/base/log.ts";
import type { HttpParts } from "../../src/http/index.ts";
import { routes } from "../../src/http/routes.ts";
import { emptyStatus } from "./status.ts";

function app(changes: Partial<HttpParts> = {}) {
  const asked: string[] = [];
  const log = memoryLog();
  const clock = new VirtualClock();
  const hono = routes({
    port: 0,
    host: "127.0.0.1",
    clock,
    log,
    status: async () => emptyStatus(),
    ask: async (verb) => {
      asked.push(verb);
      return null;
    },
    ...changes,
  });
  const call = (method: string, path: string, headers: Record<string, string> = {}) =>
    hono.request(`http://127.0.0.1:4000${path}`, { method, headers: { host: "127.0.0.1:4000", ...headers } });
  return { call, asked, log, clock };
}

describe("routes", () => {
  it("gives the status as a document that nobody keeps", async () => {
    const answer = await app().call("GET", "/api/v1/state");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual(emptyStatus());
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("asks for a refresh and says when (S-250)", async () => {
    const { call, asked } = app();
    const answer = await call("POST", "/api/v1/refresh");
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({
      queued: true,
      coalesced: false,
      requested_at: "2026-01-01T00:00:00.000Z",
      operations: ["poll", "reconcile"],
    });
    expect(asked).toEqual(["refresh"]);
  });

  it.each([
    ["DELETE", "/api/v1/state", "GET, HEAD"],
    ["POST", "/healthz", "GET, HEAD"],
    ["GET", "/api/v1/refresh", "POST"],
    ["PUT", "/", "GET, HEAD"],
  ])("refuses %s %s and says what it takes (S-251)", async (method, path, allowed) => {
    const answer = await app().call(method, path);
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, allowed]);
    expect(await answer.json()).toMatchObject({ error: { code: "method_not_allowed" } });
  });

  it("knows no other route", async () => {
    const answer = await app().call("GET", "/api/v2/state");
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({ error: { code: "not_found", message: "Route not found" } });
  });

  it("answers 503 when the status is not ready in time", async () => {
    const { call, clock } = app({ status: () => new Promise(() => undefined) });
    const answer = call("GET", "/api/v1/state");
    await clock.advance(5_000);
    expect((await answer).status).toBe(503);
    expect(await (await answer).json()).toMatchObject({ error: { code: "timeout" } });
  });

  it("tells a failure to the log and only its code to the client", async () => {
    const broken = new MaestroError({ code: "record_corrupt", message: "row 7 of /home/ann is damaged" });
    const { call, log } = app({ status: () => Promise.reject(broken) });
    const answer = await call("GET", "/");
    expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining("/home/ann")]);
    expect(log.entries).toMatchObject([{ level: "error", fields: { code: "record_corrupt" } }]);
  });

  it.each([
    { host: "evil.example" },
    { origin: "http://evil.example" },
    { host: "127.0.0.1:4000", origin: "http://127.0.0.1:5000" },
    { origin: "null" },
  ])("keeps out requests of other sites: %o", async (headers) => {
    const { call, asked } = app();
    const answer = await call("POST", "/api/v1/refresh", headers);
    expect([answer.status, asked]).toEqual([403, []]);
  });
});

describe("the page", () => {
  it("shows what people wrote as text, never as markup", async () => {
    const issue = { issue_id: "1", issue_identifier: "DEMO-1", issue_url: null, state: "Todo" };
    const row = {
      ...issue,
      title: `<img src=x onerror="alert('1')">`,
      stage: "parked" as const,
      change_url: null,
      reason: { code: "fatal", sentence: "Tom & Jerry" },
    };
    const page = await (await app({ status: async () => emptyStatus({ waiting: [row] }) }).call("GET", "/")).text();
    expect(page).toContain("&#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62;");
    expect(page).toContain("Tom &#38; Jerry");
    expect(page).not.toContain("<img");
  });

  it("allows no script and says what is wrong with the workflow file", async () => {
    const status = emptyStatus({ workflow: { id: "demo", path: null, problem: "WORKFLOW.md:3:5 is wrong" } });
    const answer = await app({ status: async () => status }).call("GET", "/");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    const page = await answer.text();
    expect(page).toContain('role="alert">WORKFLOW.md:3:5 is wrong<');
    expect(page).toContain("Nothing runs.");
    expect(page).not.toContain("<script");
  });
});
