import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { newFolder } from "./git.ts";
import { ask, basic, newStory, start } from "./tapd-stage.ts";

describe("callers", () => {
  it("are known by account or token, and told so in two different ways when they are not", async () => {
    const fake = await start();
    expect((await ask(fake, "GET /quickstart/testauth")).body).toMatchObject({ status: 1 });
    const wrong = await ask(fake, "GET /stories", {}, { auth: basic("maestro", "no") });
    expect([wrong.status, wrong.body.status, wrong.body.data]).toEqual([401, 401, ""]);
    expect(wrong.body.meta.request_id).toBeTruthy();
    expect((await ask(fake, "GET /stories", {}, { auth: null })).status).toBe(401);
    expect((await ask(fake, "GET /stories", {}, { auth: "Bearer pat-1" })).status).toBe(200);
    const bad = await ask(fake, "GET /stories", {}, { auth: "Bearer nope" });
    expect([bad.status, bad.body.info]).toEqual([422, "The access token provided is invalid"]);
  });

  it("with an application get a token for two hours", async () => {
    const fake = await start();
    const grant = { grant_type: "client_credentials" };
    const auth = basic("app", "app-secret");
    const { body } = await ask(fake, "POST /tokens/request_token", grant, { auth, workspace: null });
    expect(body.data.expires_in).toBe(7200);
    const bearer = { auth: `Bearer ${body.data.access_token}` };
    expect((await ask(fake, "GET /stories", {}, bearer)).status).toBe(200);
    fake.server.clock.advance(7_200_001);
    expect((await ask(fake, "GET /stories", {}, bearer)).status).toBe(422);
  });

  it("need a workspace that is there for them", async () => {
    const fake = await start();
    expect((await ask(fake, "GET /stories", {}, { workspace: null })).status).toBe(422);
    const gone = await ask(fake, "GET /stories", {}, { workspace: "1" });
    expect([gone.status, gone.body.info]).toEqual([404, "workspace not existed"]);
    const foreign = await ask(fake, "GET /stories", {}, { auth: basic("other", "other-password") });
    expect(foreign.status).toBe(404);
    const inQuery = await fetch(`${fake.url}/stories?workspace_id=20003271`, {
      method: "POST",
      headers: { authorization: basic("maestro", "tapd-password") },
      body: new URLSearchParams({ name: "x" }),
    });
    expect(inQuery.status).toBe(422);
  });
});

describe("what is not served", () => {
  it("is greeted with a success by anybody's leave", async () => {
    const fake = await start();
    const { status, body } = await ask(fake, "GET /storys", {}, { auth: null });
    expect([status, body.status]).toEqual([200, 1]);
    expect(body.data).toMatch(/^Hello world from TAPD API\. \w+$/);
    expect(body.info).toBe("Documents can be found in https://www.tapd.cn/help/view#1120003271001002318");
  });

  it.each([
    ["GET /stories/1120003271001000001", 404],
    ["PUT /stories", 404],
    ["DELETE /stories", 404],
    ["GET /tasks", 501],
  ])("%s is refused", async (call, status) => {
    const fake = await start();
    expect((await ask(fake, call)).body.status).toBe(status);
  });

  it.each([
    ["GET /stories", { assignee: "x" }],
    ["GET /stories", { fields: "id,url" }],
    ["GET /stories", { limit: "0" }],
    ["GET /stories", { limit: "200", page: "101" }],
    ["GET /stories", { order: "modified sideways" }],
    ["GET /workflows/status_map", {}],
    ["GET /workflows/status_map", { system: "story", workitem_type_id: "9" }],
    ["POST /stories", {}],
    ["POST /stories", { name: "x", title: "y" }],
    ["POST /stories", { name: "x", priority_label: "P0" }],
    ["POST /stories", { name: "x", parent_id: "9" }],
    ["POST /stories", { id: "9", name: "x" }],
  ])("%s %o is a wrong value", async (call, params) => {
    const fake = await start();
    expect((await ask(fake, call, params)).body).toMatchObject({ status: 422, data: "" });
    expect(fake.server.log.effects()).toEqual([]);
    expect(fake.data.items).toEqual([]);
  });

  it("counts a JSON body without its content type as no body", async () => {
    const fake = await start();
    const response = await fetch(`${fake.url}/stories`, {
      method: "POST",
      headers: { authorization: basic("maestro", "tapd-password"), "content-type": "text/plain" },
      body: JSON.stringify({ workspace_id: "20003271", name: "x" }),
    });
    expect(response.status).toBe(422);
  });
});

describe("limits and faults", () => {
  it("refuse the request after the last of a minute, in the service's words", async () => {
    const fake = await start({ limits: { perMinute: 2 } });
    for (let call = 0; call < 2; call += 1) expect((await ask(fake, "GET /stories")).status).toBe(200);
    const { status, headers, body } = await ask(fake, "GET /stories");
    expect(status).toBe(429);
    expect(body).toEqual({
      status: 429,
      data: "",
      info: "To many requests, api account maestro max request rates is 20req/10min",
    });
    expect(headers.get("x-ratelimit-limit")).toBe("10000");
    expect(headers.get("retry-after")).toBe(null);
    expect((await ask(fake, "GET /stories", {}, { auth: "Bearer pat-1" })).status).toBe(200);
    fake.server.clock.advance(60_000);
    expect((await ask(fake, "GET /stories")).status).toBe(200);
  });

  it("do the work and lose the answer, refuse, or show the past", async () => {
    const fake = await start();
    const { id } = await newStory(fake);
    fake.server.faults.add(
      { kind: "drop_after", operation: "POST /stories" },
      { kind: "rate_limit", operation: "GET /stories" },
      { kind: "stale", operation: "GET /stories", ms: 3_600_000 },
    );
    await expect(ask(fake, "POST /stories", { id, status: "developing" })).rejects.toThrow();
    expect(fake.data.items[0]?.status).toBe("developing");
    expect((await ask(fake, "GET /stories")).status).toBe(429);
    expect((await ask(fake, "GET /stories")).body.data).toEqual([]);
    expect((await ask(fake, "GET /stories")).body.data).toHaveLength(1);
    expect(fake.server.log.calls.map(({ fault, effect }) => [fault, effect])).toEqual([
      ...[
        [null, true],
        ["drop_after", true],
        ["rate_limit", false],
        ["stale", false],
        [null, false],
      ],
    ]);
  });
});

describe("the program", () => {
  it("prints its URL, keeps its state and logs no secret", async () => {
    const folder = newFolder();
    const log = join(folder, "calls.jsonl");
    const run = async (use: (url: string) => Promise<void>) => {
      const files = ["--state", join(folder, "state.json"), "--log", log];
      const child = spawn("node_modules/.bin/tsx", ["dev/fakes/tapd/main.ts", ...files], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [url] = (await once(createInterface(child.stdout), "line")) as [string];
      await use(url);
      const exit = once(child, "exit");
      child.kill("SIGTERM");
      await exit;
    };
    const body = new URLSearchParams({ workspace_id: "20003271", name: "kept" });
    await run(async (url) => {
      const headers = { authorization: basic("maestro", "tapd-password") };
      expect((await fetch(`${url}/stories`, { method: "POST", headers, body })).status).toBe(200);
    });
    await run(async (url) => {
      expect(await (await fetch(`${url}/_fake/state`)).text()).toContain('"kept"');
    });
    const text = readFileSync(log, "utf8");
    expect(JSON.parse(text)).toMatchObject({ service: "tapd", identity: "maestro", effect: true });
    expect(text).not.toContain("tapd-password");
  });
});
