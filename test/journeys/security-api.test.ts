import { request as httpRequest } from "node:http";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import { type HttpServer, startHttp } from "../../src/http/index.ts";
import { ROUTES } from "../../src/http/route-table.ts";
import { createToolServer, type ToolServer } from "../../src/tools/index.ts";
import { groundParts } from "../http/ground.ts";

interface Sent {
  readonly status: number;
  readonly text: string;
}

/** What a browser or a program would send, header by header, on a real connection. */
function send(url: string, method: string, headers: Record<string, string>, body = ""): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const made = httpRequest(url, { method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => {
        text += part;
      });
      answer.once("end", () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    // A body that is too long is not read to its end.
    made.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNRESET" || error.code === "EPIPE" ? resolve({ status: 413, text: "" }) : reject(error),
    );
    made.end(body);
  });
}

const JSON_BODY = { "content-type": "application/json" };

describe("the API under attack", () => {
  const made = groundParts({ clock: systemClock(), random: systemRandom() });
  let server: HttpServer;
  beforeEach(async () => {
    server = await startHttp(made.parts);
  });
  afterEach(() => server.close());
  const asked = () => made.world.commands.length;

  it("does not answer to a name that was bound to this machine (DNS rebinding)", async () => {
    for (const path of ["/", "/healthz", "/api/v1/state", "/api/v2/status", "/api/v2/openapi.json"]) {
      const headers = { host: "attacker.example", authorization: `Bearer ${server.bearer}` };
      expect(await send(`${server.url}${path}`, "GET", headers)).toMatchObject({ status: 403 });
    }
    expect((await send(`${server.url}/api/v1/refresh`, "POST", { host: "attacker.example" })).status).toBe(403);
  });

  it("takes nothing from a page of another site (cross-site POST)", async () => {
    const before = asked();
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json"]) {
      const headers = { origin: "https://attacker.example", "content-type": type };
      for (const path of ["/api/v2/commands", "/api/v2/session", "/api/v1/refresh"]) {
        expect((await send(`${server.url}${path}`, "POST", headers, '{"verb":"stop"}')).status).toBe(403);
      }
    }
    // Without an Origin, as an old form would be sent: no token, or not JSON.
    expect((await send(`${server.url}/api/v2/commands`, "POST", JSON_BODY, '{"verb":"stop"}')).status).toBe(401);
    const form = { authorization: `Bearer ${server.bearer}`, "content-type": "text/plain" };
    expect((await send(`${server.url}/api/v2/commands`, "POST", form, '{"verb":"stop"}')).status).toBe(415);
    expect(asked()).toBe(before);
  });

  it("reads no body beyond its limit", async () => {
    const headers = { ...JSON_BODY, authorization: `Bearer ${server.bearer}` };
    const long = JSON.stringify({ verb: "pause", arguments: { text: "x".repeat(2_000_000) } });
    expect((await send(`${server.url}/api/v2/commands`, "POST", headers, long)).status).toBe(413);
    expect((await send(`${server.url}/hooks/github`, "POST", headers, long)).status).toBe(413);
  });

  it("answers whatever is sent with a known refusal, never with an error of its own (fuzzed)", async () => {
    const bearer = { authorization: `Bearer ${server.bearer}` };
    const posts = Object.values(ROUTES).filter(({ method }) => method === "POST");
    const text = fc.oneof(
      fc.json(),
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.constant('{"__proto__":{"verb":"stop"}}'),
    );
    const part = fc
      .string({ minLength: 1, maxLength: 40 })
      .map((value) => encodeURIComponent(value).replaceAll(".", "%2e"));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...posts), part, text, fc.boolean(), async ({ path }, name, body, isIn) => {
        const url = `${server.url}${path.replace(/\{\w+\}/g, name)}`;
        const { status } = await send(url, "POST", { ...JSON_BODY, ...(isIn ? bearer : {}) }, body);
        expect([200, 202, 400, 401, 403, 404, 413, 415, 429]).toContain(status);
      }),
      { numRuns: 150 },
    );
    await fc.assert(
      fc.asyncProperty(part, part, part, async (name, key, value) => {
        const url = `${server.url}/api/v2/lanes/${name}/events?${key}=${value}`;
        expect([200, 400, 404]).toContain((await send(url, "GET", bearer)).status);
      }),
      { numRuns: 100 },
    );
    expect(made.log.entries.filter(({ level }) => level === "error")).toEqual([]);
  });
});

describe("the tool server under attack", () => {
  let tools: ToolServer;
  beforeEach(() => {
    tools = createToolServer({ random: systemRandom(), secrets: new SecretRegistry() });
  });
  afterEach(() => tools.close());

  const schema = { type: "object", properties: { text: { type: "string" } }, required: ["text"] } as const;
  const descriptors = [{ name: "note", description: "Notes.", inputSchema: schema, mutates: false }];
  async function admit() {
    const calls: unknown[] = [];
    const run = {
      tools: descriptors,
      call: async (call: unknown) => {
        calls.push(call);
        return { ok: true, code: "ok", text: "Noted." } as const;
      },
    };
    return { ...(await tools.admit(run)), calls };
  }
  const HEADERS = { ...JSON_BODY, accept: "application/json, text/event-stream" };
  const call = (id: number) =>
    JSON.stringify({
      jsonrpc: "2.0",
      id,
      method: "tools/call",
      params: { name: "note", arguments: { text: "hello" } },
    });

  it("takes each token for its own run alone, and none after its run", async () => {
    const [a, b] = [await admit(), await admit()];
    expect(a.url).toBe(b.url);
    await send(a.url, "POST", { ...HEADERS, authorization: `Bearer ${a.token}` }, call(1));
    expect([a.calls.length, b.calls.length]).toEqual([1, 0]);
    // Half of the one and half of the other opens nothing.
    const mixed = `${a.token.slice(0, 48)}${b.token.slice(48)}`;
    expect((await send(a.url, "POST", { ...HEADERS, authorization: `Bearer ${mixed}` }, call(2))).status).toBe(401);
    a.end();
    expect((await send(a.url, "POST", { ...HEADERS, authorization: `Bearer ${a.token}` }, call(3))).status).toBe(401);
    expect([a.calls.length, b.calls.length]).toEqual([1, 0]);
  });

  it("stands whatever it is sent (fuzzed), and what is too long", async () => {
    const { url, token, calls } = await admit();
    const headers = { ...HEADERS, authorization: `Bearer ${token}` };
    const text = fc.oneof(fc.json(), fc.string({ unit: "binary", maxLength: 300 }));
    await fc.assert(
      fc.asyncProperty(text, async (body) => {
        const { status } = await send(url, "POST", headers, body);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 150 },
    );
    expect((await send(url, "POST", headers, `{"x":"${"y".repeat(20_000_000)}"}`)).status).toBe(413);
    const seen = calls.length;
    await send(url, "POST", headers, call(5));
    expect(calls.length).toBe(seen + 1);
  });
});
