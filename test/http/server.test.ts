import { describe, expect, it, onTestFinished } from "vitest";
import { startHttp } from "../../src/http/index.ts";
import { groundParts } from "./ground.ts";

async function server(port: number, host = "127.0.0.1") {
  const http = await startHttp(groundParts({ port, host }).parts);
  onTestFinished(() => http.close());
  return http;
}

describe("startHttp", () => {
  it("takes any free port for 0 and answers on it", async () => {
    const { url } = await server(0);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const answer = await fetch(`${url}/healthz`);
    expect([answer.status, await answer.json()]).toEqual([200, { ok: true }]);
  });

  it("says which port is in use and what to do", async () => {
    const { url } = await server(0);
    const port = Number(new URL(url).port);
    await expect(server(port)).rejects.toMatchObject({
      code: "port_in_use",
      message: `Port ${port} on 127.0.0.1 is in use.`,
      hint: expect.stringContaining("--port 0"),
    });
  });

  it("refuses an address that is not this machine's", async () => {
    await expect(server(0, "192.0.2.1")).rejects.toMatchObject({ code: "http_failed", facts: { host: "192.0.2.1" } });
  });

  it("closes although a client keeps its connection", async () => {
    const http = await server(0);
    await (await fetch(`${http.url}/healthz`)).text();
    await http.close();
    await expect(fetch(`${http.url}/healthz`)).rejects.toThrow();
  });
});
