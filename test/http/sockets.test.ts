import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { startHttp } from "../../src/http/index.ts";
import { groundParts } from "./ground.ts";
import { StreamReader } from "./stream-reader.ts";

async function server() {
  const made = groundParts();
  const http = await startHttp({ ...made.parts, clock: systemClock() });
  onTestFinished(() => http.close());
  const bearer = { authorization: `Bearer ${http.bearer}` };
  const follow = async (query = "") =>
    new StreamReader(await fetch(`${http.url}/api/v2/events${query}`, { headers: bearer }));
  return { ...made, http, bearer, follow };
}

/** Sends bytes as they are and gives the answer's bytes. */
async function raw(url: string, text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.end(text);
  let answer = "";
  socket.on("data", (bytes) => {
    answer += bytes.toString();
  });
  await once(socket, "close");
  return answer;
}

describe("a server on a socket", () => {
  it("gives a link that opens a session in a browser", async () => {
    const { http } = await server();
    expect(http.link.startsWith(`${http.url}/?token=`)).toBe(true);
    const body = JSON.stringify({ token: new URL(http.link).searchParams.get("token") });
    const headers = { "content-type": "application/json", origin: http.url };
    const opened = await fetch(`${http.url}/api/v2/session`, { method: "POST", body, headers });
    const cookie = opened.headers.get("set-cookie")?.split(";")[0] ?? "";
    const session = await fetch(`${http.url}/api/v2/session`, { headers: { cookie } });
    expect([opened.status, await session.json()]).toMatchObject([200, { kind: "session" }]);
  });

  it.each([
    ["another host", "Host: evil.example"],
    ["a rebound name with our port", "Host: evil.example:PORT"],
    ["another origin", "Host: 127.0.0.1:PORT\r\nOrigin: http://evil.example"],
    ["an opaque origin", "Host: 127.0.0.1:PORT\r\nOrigin: null"],
  ])("refuses %s", async (_, lines) => {
    const { http } = await server();
    const port = new URL(http.url).port;
    const answer = await raw(
      http.url,
      `GET /api/v1/state HTTP/1.1\r\n${lines.replaceAll("PORT", port)}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain("foreign_origin");
  });

  it("refuses a body that is longer than it said, or has no length, at 64 KiB", async () => {
    const { http, bearer, world } = await server();
    const stream = new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode(`{"verb": "${"x".repeat(70_000)}`)),
    });
    const headers = { ...bearer, "content-type": "application/json" };
    const init = { method: "POST", headers, body: stream, duplex: "half" } satisfies RequestInit & { duplex: "half" };
    const answer = await fetch(`${http.url}/api/v2/commands`, init);
    expect([answer.status, await answer.json()]).toMatchObject([413, { error: { code: "body_too_large" } }]);
    expect(world.commands).toEqual([]);
  });

  it("answers HEAD without a body", async () => {
    const { http } = await server();
    const answer = await fetch(`${http.url}/api/v1/state`, { method: "HEAD" });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
  });

  it("sends events as they happen, and 3,000 of them to a client that comes late", async () => {
    const { world, follow } = await server();
    const early = await follow();
    await early.message();
    world.happen(1);
    expect(await early.message()).toMatchObject({ id: "1" });
    world.happen(2_999);
    const late = await follow("?after=0");
    expect([(await late.messages(3_001)).at(-1), (await early.messages(2_999)).at(-1)]).toMatchObject([
      { id: "3000" },
      { id: "3000" },
    ]);
  });

  it("goes on for the others while one client takes nothing", async () => {
    const { http, world, follow, bearer } = await server();
    const socket = connect(Number(new URL(http.url).port), "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.pause();
    socket.write(
      `GET /api/v2/events?after=0 HTTP/1.1\r\nHost: ${new URL(http.url).host}\r\nAuthorization: ${bearer.authorization}\r\n\r\n`,
    );
    const quick = await follow();
    await quick.message();
    for (let round = 0; round < 20; round += 1) {
      world.happen(1_000);
      await quick.messages(1_000);
    }
    expect((await fetch(`${http.url}/healthz`)).status).toBe(200);
  });

  it("ends at once although clients follow, one of which takes nothing", async () => {
    const { http, world, follow, bearer } = await server();
    const deaf = connect(Number(new URL(http.url).port), "127.0.0.1");
    onTestFinished(() => void deaf.destroy());
    deaf.pause();
    deaf.write(
      `GET /api/v2/events?after=0 HTTP/1.1\r\nHost: ${new URL(http.url).host}\r\nAuthorization: ${bearer.authorization}\r\n\r\n`,
    );
    const stream = await follow();
    await stream.message();
    world.happen(5_000);
    await stream.messages(5_000);
    http.endStreams();
    expect(await stream.rest()).toMatchObject([{ event: "goodbye", data: { reason: "stopping" } }]);
    await http.close();
    await expect(fetch(`${http.url}/healthz`)).rejects.toThrow();
  });

  it("gives the answer that is on its way before it ends", async () => {
    const { http, world } = await server();
    let finish = (): void => undefined;
    const asked = new Promise<void>((isAsked) => {
      world.statusGate = () =>
        new Promise((resolve) => {
          finish = () => resolve(world.status);
          isAsked();
        });
    });
    const answer = fetch(`${http.url}/api/v1/state`);
    await asked;
    const closed = http.close();
    finish();
    expect((await answer).status).toBe(200);
    await closed;
  });

  it("forgets a client that has gone", async () => {
    const { world, follow } = await server();
    const before = world.subscribers;
    const stream = await follow();
    await stream.message();
    expect(world.subscribers).toBe(before + 1);
    await stream.cancel();
    await expect.poll(() => world.subscribers).toBe(before);
  });
});
