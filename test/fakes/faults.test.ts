import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import type { Fault } from "../../dev/fakes/shared/faults.ts";
import { newFolder } from "./git.ts";
import { start as startGithub } from "./github-stage.ts";
import { ask, documentOf, start } from "./linear-stage.ts";

const COMMENT = { input: { issueId: "ENG-1", body: "x" } };

async function comment(url: string, signal?: AbortSignal) {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { authorization: "lin_api_maestro" },
    body: JSON.stringify({ query: documentOf("CommentCreate"), variables: COMMENT }),
    ...(signal && { signal }),
  });
  return { status: response.status, text: await response.text() };
}

describe("faults", () => {
  it.each([
    ["drop_before", 0],
    ["drop_after", 1],
    ["cut", 1],
  ] as const)("%s cuts the connection after %i effects", async (kind, effects) => {
    const fake = await start();
    fake.server.faults.add({ kind, operation: "mutation commentCreate" });
    await expect(comment(fake.url)).rejects.toThrow();
    expect(fake.data.comments).toHaveLength(effects);
    expect(fake.server.log.calls).toMatchObject([{ fault: kind, effect: effects === 1 }]);
    expect((await comment(fake.url)).status).toBe(200);
  });

  it.each([
    ["hold", 0],
    ["hold_after", 1],
  ] as const)("%s gives no answer in time after %i effects", async (kind, effects) => {
    const fake = await start();
    fake.server.faults.add({ kind, operation: "CommentCreate" });
    const patience = new AbortController();
    const asked = comment(fake.url, patience.signal);
    await expect.poll(() => fake.server.log.calls.length).toBe(1);
    patience.abort();
    await expect(asked).rejects.toThrow();
    expect(fake.data.comments).toHaveLength(effects);
  });

  it("answers like a gateway, with no JSON, or with half of the data", async () => {
    const fake = await start();
    const faults: Fault[] = [
      { kind: "status", operation: "*" },
      { kind: "malformed", operation: "*" },
      { kind: "partial_errors", operation: "query viewer" },
      { kind: "rate_limit", operation: "query viewer" },
    ];
    fake.server.faults.add(...faults);
    expect(await comment(fake.url)).toMatchObject({
      status: 502,
      text: expect.stringContaining("<h1>502 Bad Gateway</h1>"),
    });
    const { status, text } = await comment(fake.url);
    expect(status).toBe(200);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    const spoiled = await ask(fake, "{ viewer { name } organization { urlKey } }");
    expect(spoiled.body).toMatchObject({
      data: { viewer: { name: "maestro" }, organization: null },
      errors: [{ path: ["organization"] }],
    });
    const refused = await ask(fake, "{ viewer { id } }");
    expect([refused.status, refused.body.errors[0].extensions.code]).toEqual([400, "RATELIMITED"]);
  });

  it("waits for its turn and fires as often as said", async () => {
    const fake = await start();
    fake.server.faults.add({
      kind: "status",
      operation: "query viewer",
      status: 503,
      body: { errors: [] },
      skip: 1,
      times: 2,
    });
    const statuses: number[] = [];
    for (let call = 0; call < 4; call += 1) statuses.push((await ask(fake, "{ viewer { id } }")).status);
    expect(statuses).toEqual([200, 503, 503, 200]);
  });

  it("shortens a page and shows the past", async () => {
    const fake = await start();
    const list =
      "query Q($after: String) { issues(first: 50, after: $after) { nodes { identifier } pageInfo { hasNextPage endCursor } } }";
    fake.server.faults.add({ kind: "partial", operation: "query issues", keep: 2 });
    const short = (await ask(fake, list)).body.data.issues;
    expect([short.nodes.length, short.pageInfo.hasNextPage]).toEqual([2, true]);
    const rest = (await ask(fake, list, { after: short.pageInfo.endCursor })).body.data.issues;
    expect([rest.nodes.length, rest.pageInfo.hasNextPage]).toEqual([1, false]);
    await comment(fake.url);
    fake.server.faults.add({ kind: "stale", operation: "query issue", ms: 60_000 });
    const query = `{ issue(id: "ENG-1") { comments { nodes { body } } } }`;
    expect((await ask(fake, query)).body.data.issue.comments.nodes).toEqual([]);
    expect((await ask(fake, query)).body.data.issue.comments.nodes).toHaveLength(1);
  });

  it("are refused when nobody knows their kind", async () => {
    const fake = await startGithub();
    const response = await fetch(`${fake.url}/_fake/faults`, {
      method: "POST",
      body: JSON.stringify({ kind: "nope", operation: "*" }),
    });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("kinds: status, hold")]);
  });
});

describe("a fake as a program", () => {
  it.each(["linear", "github"])(
    "%s prints its URL, logs, keeps its state and takes faults from outside",
    async (name) => {
      const folder = newFolder();
      const files = ["--state", join(folder, "state.json"), "--log", join(folder, "calls.jsonl")];
      const run = async (use: (url: string) => Promise<void>) => {
        const child = spawn("node_modules/.bin/tsx", [`dev/fakes/${name}/main.ts`, "--port", "0", ...files], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        const [line] = (await once(createInterface(child.stdout), "line")) as [string];
        await use(line);
        const exit = once(child, "exit");
        child.kill("SIGTERM");
        await exit;
      };
      const write = (url: string) => {
        const query = `mutation { issueLabelCreate(input: { name: "x" }) { success } }`;
        const linear = { path: "/graphql", key: "lin_api_maestro", body: { query } };
        const github = { path: "/repos/acme/app/issues", key: "Bearer ghp_maestro", body: { title: "x" } };
        const { path, key, body } = name === "linear" ? linear : github;
        return fetch(url + path, { method: "POST", headers: { authorization: key }, body: JSON.stringify(body) });
      };
      await run(async (url) => {
        expect((await write(url)).ok).toBe(true);
        await fetch(`${url}/_fake/faults`, {
          method: "POST",
          body: JSON.stringify({ kind: "status", operation: "*" }),
        });
        expect((await write(url)).status).toBe(502);
        expect(await (await fetch(`${url}/_fake/calls`)).json()).toHaveLength(2);
      });
      await run(async (url) => {
        const state = await (await fetch(`${url}/_fake/state`)).text();
        expect(state).toContain('"x"');
      });
      const lines = readFileSync(join(folder, "calls.jsonl"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(lines).toMatchObject([
        { service: name, identity: "maestro", effect: true, fault: null },
        { service: name, status: 502, effect: false, fault: "status" },
      ]);
      expect(readFileSync(join(folder, "calls.jsonl"), "utf8")).not.toMatch(/ghp_|lin_api/);
    },
    60_000,
  );
});
