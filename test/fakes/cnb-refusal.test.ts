import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import type { FakeCnb } from "../../dev/fakes/cnb/index.ts";
import { ask, commit, openPull, R, REPO, read, start, withProtection } from "./cnb-stage.ts";
import { git, newFolder } from "./git.ts";

function remote(fake: FakeCnb, token: string, user = "cnb", path = REPO): string {
  return `${fake.url.replace("http://", `http://${user}:${token}@`)}/${path}.git`;
}

describe("callers", () => {
  it("are known by a bearer token alone", async () => {
    const fake = await start();
    expect((await read(fake, "/user")).username).toBe("maestro");
    for (const token of [null, "nope"]) {
      const { status, headers, body } = await ask(fake, `GET ${R}/pulls`, { token });
      expect([status, Object.keys(body)]).toEqual([401, ["errcode", "errmsg"]]);
      expect(headers.get("traceparent")).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    }
  });

  it("without a scope are told 7, without the right 403, and strangers that there is nothing", async () => {
    const fake = await start();
    await openPull(fake, "a");
    const draft = { title: "T", head: "a", base: "main" };
    const asked = async (call: string, token: string, body?: unknown) => {
      const answer = await ask(fake, call, { token, body });
      return [answer.status, answer.body.errcode];
    };
    expect(await asked(`GET ${R}/build/logs`, "cnb-narrow")).toEqual([403, 7]);
    expect(await asked(`POST ${R}/pulls`, "cnb-narrow", draft)).toEqual([403, 7]);
    expect(await asked(`GET ${R}/pulls`, "cnb-narrow")).toEqual([200, undefined]);
    expect(await asked(`POST ${R}/pulls`, "cnb-reader", draft)).toEqual([403, 7]);
    expect(await asked(`PUT ${R}/pulls/1/merge`, "cnb-reader", {})).toEqual([403, 7]);
    expect(await asked("GET /acme/secret/-/pulls", "cnb-stranger")).toEqual([404, 5]);
    expect(await asked(`GET ${R}/pulls`, "cnb-mcp")).toEqual([404, 5]);
    expect(await asked("GET /user", "cnb-mcp")).toEqual([200, undefined]);
    expect(fake.data.pulls.map(({ state }) => state)).toEqual(["open"]);
  });
});

describe("what is not served", () => {
  it.each([
    `GET ${R}/issues`,
    `GET /${REPO}`,
    `DELETE ${R}/pulls/1`,
    `GET ${R}/pulls/9`,
    `DELETE ${R}/git/branches/a`,
    `POST ${R}/build/start`,
    `POST ${R}/pulls/1/commit-statuses`,
  ])("%s is not found", async (call) => {
    const fake = await start();
    const { status, body } = await ask(fake, call);
    expect([status, body]).toEqual([404, { errcode: 5, errmsg: "not found" }]);
  });

  it.each([
    [`GET ${R}/pulls?state=merged`, undefined],
    [`GET ${R}/pulls?page=0`, undefined],
    [`POST ${R}/pulls`, { title: "T", head: "nope", base: "main" }],
    [`POST ${R}/pulls`, { title: "T", head: "a", base: "nope" }],
    [`POST ${R}/pulls`, { title: "T", head: "main", base: "main" }],
    [`POST ${R}/pulls`, { head: "a", base: "main" }],
    [`POST ${R}/pulls`, { title: "T", head: "a", base: "main", draft: true }],
    [`POST ${R}/pulls`, [1]],
  ])("%s %o is a wrong value", async (call, body) => {
    const fake = await start();
    commit(fake, "a", { "x.txt": "x" });
    expect((await ask(fake, call, { body })).body.errcode).toBe(3);
    expect(fake.server.log.effects()).toEqual([]);
  });

  it("nor is another kind of answer", async () => {
    const fake = await start();
    expect((await ask(fake, `GET ${R}/pulls`, { accept: "text/html" })).status).toBe(406);
  });
});

describe("git", () => {
  it("is let in as cnb with a token; a push moves the pull request, the branch's end closes it", async () => {
    const fake = await start();
    const { path, number } = await openPull(fake, "agent/1");
    const folder = join(newFolder(), "work");
    expect((await git(".", "clone", "-q", "-b", "agent/1", remote(fake, "cnb-maestro"), folder)).code).toBe(0);
    writeFileSync(join(folder, "c.txt"), "c\n");
    await git(folder, "add", ".");
    await git(folder, "commit", "-qm", "More");
    const pushed = await git(folder, "push", "-q", "origin", "HEAD");
    expect(pushed).toMatchObject({ code: 0 });
    const head = (await git(folder, "rev-parse", "HEAD")).out.trim();
    expect((await read(fake, path)).head.sha).toBe(head);
    expect((await git(folder, "push", "-q", "origin", ":agent/1")).code).toBe(0);
    expect(await read(fake, path)).toMatchObject({ number, state: "closed", head: { sha: head } });
    expect(fake.server.log.effects("git-receive-pack")).toMatchObject([
      { identity: "maestro" },
      { identity: "maestro" },
    ]);
  });

  it("counts a head that lands on the base as merged", async () => {
    const fake = await start();
    const { path } = await openPull(fake, "a");
    const folder = join(newFolder(), "work");
    await git(".", "clone", "-q", "-b", "a", remote(fake, "cnb-ann"), folder);
    await git(folder, "push", "-q", "origin", "a:main");
    expect(await read(fake, path)).toMatchObject({ state: "merged", merged_by: { username: "ann" } });
  });

  it("turns away wrong users, wrong tokens, and who may not write", async () => {
    const fake = await start(withProtection({ pullRequestsOnly: true }));
    const look = async (...access: [string, string?, string?]) => {
      const { code, out } = await git(".", "ls-remote", remote(fake, ...access));
      return code === 0 || out;
    };
    const secret = "acme/secret";
    expect(await look("cnb-maestro", "cnb", secret)).toBe(true);
    expect(await look("cnb-maestro", "maestro", secret)).toContain("Authentication failed");
    expect(await look("nope", "cnb", secret)).toContain("Authentication failed");
    expect(await look("cnb-stranger", "cnb", secret)).toContain("not found");
    const folder = join(newFolder(), "work");
    await git(".", "clone", "-q", remote(fake, "cnb-narrow"), folder);
    expect((await git(folder, "push", "origin", "HEAD:refs/heads/x")).out).toContain("403");
    await git(folder, "commit", "-q", "--allow-empty", "-m", "x");
    const locked = await git(folder, "push", remote(fake, "cnb-maestro"), "HEAD:main");
    expect([locked.code, locked.out.includes("pre-receive hook declined")]).toEqual([1, true]);
  });
});

describe("limits and faults", () => {
  it("know no limit but the one that is set", async () => {
    const fake = await start({ limits: { perMinute: 2 } });
    for (let call = 0; call < 2; call += 1) expect((await ask(fake, "GET /user")).status).toBe(200);
    const { status, headers, body } = await ask(fake, "GET /user");
    expect([status, body.errcode, headers.get("retry-after")]).toEqual([429, 8, null]);
    fake.server.clock.advance(60_000);
    expect((await ask(fake, "GET /user")).status).toBe(200);
  });

  it("do the work and lose the answer, shorten a page, show the past", async () => {
    const fake = await start();
    commit(fake, "a", { "x.txt": "x" });
    const list = "GET /{repo}/-/pulls";
    fake.server.faults.add(
      { kind: "drop_after", operation: "POST /{repo}/-/pulls" },
      { kind: "stale", operation: list, ms: 3_600_000 },
      { kind: "partial", operation: list, keep: 0 },
      { kind: "rate_limit", operation: list, retryAfter: 7 },
    );
    const body = { title: "T", head: "a", base: "main" };
    await expect(ask(fake, `POST ${R}/pulls`, { body })).rejects.toThrow();
    expect(fake.data.pulls).toHaveLength(1);
    expect(await read(fake, `${R}/pulls`)).toEqual([]);
    expect(await read(fake, `${R}/pulls`)).toEqual([]);
    expect((await ask(fake, `GET ${R}/pulls`)).headers.get("retry-after")).toBe("7");
    expect(await read(fake, `${R}/pulls`)).toHaveLength(1);
    expect(fake.server.log.effects()).toMatchObject([{ fault: "drop_after", status: 0 }]);
  });
});

describe("the program", () => {
  it("prints its URL, keeps its state and repositories, and lets CI speak", async () => {
    const folder = newFolder();
    const [state, log] = [join(folder, "state.json"), join(folder, "calls.jsonl")];
    const run = async (use: (url: string) => Promise<void>) => {
      const child = spawn("node_modules/.bin/tsx", ["dev/fakes/cnb/main.ts", "--state", state, "--log", log], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [url] = (await once(createInterface(child.stdout), "line")) as [string];
      await use(url);
      const exit = once(child, "exit");
      child.kill("SIGTERM");
      await exit;
    };
    const headers = { authorization: "Bearer cnb-maestro" };
    const work = join(folder, "work");
    await run(async (url) => {
      await git(".", "clone", "-q", `${url.replace("//", "//cnb:cnb-maestro@")}/acme/app.git`, work);
      await git(work, "commit", "-q", "--allow-empty", "-m", "x");
      expect((await git(work, "push", "-q", "origin", "HEAD:refs/heads/x")).code).toBe(0);
      const body = JSON.stringify({ title: "kept", head: "x", base: "main" });
      expect((await fetch(`${url}/acme/app/-/pulls`, { method: "POST", headers, body })).status).toBe(201);
      const sha = (await git(work, "rev-parse", "HEAD")).out.trim();
      const said = JSON.stringify({ sha, context: "ci", state: "success", log: ["ok"] });
      expect((await fetch(`${url}/_ci/acme/app`, { method: "POST", body: said })).status).toBe(200);
    });
    await run(async (url) => {
      const answer = await fetch(`${url}/acme/app/-/pulls/1/commit-statuses`, { headers });
      expect(await answer.json()).toMatchObject({ state: "success", statuses: [{ context: "ci" }] });
    });
    expect(existsSync(`${state}.git/acme/app.git/HEAD`)).toBe(true);
    expect(readFileSync(log, "utf8")).not.toContain("cnb-maestro");
  });
});
