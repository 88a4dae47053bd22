import { createHmac, createSign, generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { Octokit } from "@octokit/rest";
import { describe, expect, it } from "vitest";
import { git, newFolder, withPassword } from "./git.ts";
import { ask, openPull, R, SEED, start } from "./github-stage.ts";
import { readHooks } from "./hooks.ts";

describe("who may what", () => {
  it.each([
    ["an unknown token", `GET ${R}/issues`, "wrong", 401, "Bad credentials"],
    ["a private repository", "GET /repos/acme/secret", "ghp_stranger", 404, "Not Found"],
    [
      "a write with a token that only reads",
      `POST ${R}/pulls`,
      "ghp_reader",
      403,
      "Resource not accessible by personal access token",
    ],
    [
      "protection without being admin",
      `GET ${R}/branches/main/protection`,
      "ghp_maestro",
      403,
      "Resource not accessible by personal access token",
    ],
    ["protection that is not there", `GET ${R}/branches/main/protection`, "ghp_boss", 404, "Branch not protected"],
    ["a route that the documents do not list", `GET ${R}/milestones`, "ghp_maestro", 404, "Not Found"],
    ["one's own name without a token", "GET /user", null, 401, "Requires authentication"],
  ])("refuses %s", async (_name, call, token, status, message) => {
    const fake = await start();
    const body = call.startsWith("POST") ? { title: "T", head: "x", base: "main" } : undefined;
    const answer = await ask(fake, call, { token, body });
    expect([answer.status, answer.body.message, answer.body.status]).toEqual([status, message, String(status)]);
    expect(fake.server.log.effects()).toEqual([]);
  });

  it("gives an App's installation a token for an hour", async () => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const app = {
      id: 77,
      slug: "maestro-app",
      publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
    };
    const installations = [{ id: 5, account: "acme", repos: ["acme/secret"] }];
    const fake = await start({ seed: { ...SEED, apps: [{ ...app, installations }] } });
    const seconds = Math.floor(Date.now() / 1000);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const unsigned = `${part({ alg: "RS256", typ: "JWT" })}.${part({ iss: 77, iat: seconds - 30, exp: seconds + 300 })}`;
    const jwt = `${unsigned}.${createSign("RSA-SHA256").update(unsigned).sign(privateKey).toString("base64url")}`;
    expect((await ask(fake, "GET /app", { token: jwt })).body.slug).toBe("maestro-app");
    expect((await ask(fake, "GET /app", { token: `${unsigned}.AAAA` })).status).toBe(401);
    expect((await ask(fake, "GET /repos/acme/secret/installation", { token: jwt })).body.id).toBe(5);
    const { body, status } = await ask(fake, "POST /app/installations/5/access_tokens", { token: jwt, body: {} });
    expect(status).toBe(201);
    expect((await ask(fake, "GET /installation/repositories", { token: body.token })).body.total_count).toBe(1);
    const issue = await ask(fake, "POST /repos/acme/secret/issues", { token: body.token, body: { title: "T" } });
    expect(issue.body.user).toMatchObject({ login: "maestro-app[bot]", type: "Bot" });
    fake.server.clock.advance(3_600_000);
    expect((await ask(fake, "GET /installation/repositories", { token: body.token })).status).toBe(401);
  });
});

describe("limits", () => {
  it("end an hour's requests with 403 and zero remaining, and free ones do not count", async () => {
    const fake = await start({ limits: { core: 1 } });
    await ask(fake, "GET /rate_limit");
    expect((await ask(fake, "GET /user")).headers.get("x-ratelimit-remaining")).toBe("0");
    const refused = await ask(fake, "GET /user");
    expect([refused.status, refused.headers.get("x-ratelimit-remaining")]).toEqual([403, "0"]);
    expect(refused.body.message).toContain("API rate limit exceeded");
    fake.server.clock.advance(3_600_001);
    expect((await ask(fake, "GET /user")).status).toBe(200);
  });

  it.each([403, 429])("refuse who is too fast with %i and a time to wait", async (status) => {
    const fake = await start();
    fake.server.faults.add({ kind: "rate_limit", operation: "GET /user", status, retryAfter: 7 });
    const refused = await ask(fake, "GET /user");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([status, "7"]);
    expect(refused.body.message).toContain("You have exceeded a secondary rate limit");
    expect((await ask(fake, "GET /user")).body.login).toBe("maestro");
  });
});

describe("Git and pull requests", () => {
  it("are one: a push moves the head, a fetch sees the merge, a protected branch takes no push", async () => {
    const repos = SEED.repos?.map((repo) => ({ ...repo, rules: [{ locked: true }] }));
    const fake = await start({ seed: { ...SEED, ...(repos && { repos }) } });
    const root = newFolder();
    await git(root, "clone", "--quiet", withPassword(`${fake.url}/acme/app.git`, "ghp_maestro"), "work");
    const work = join(root, "work");
    const pull = await openPull(fake, "agent/1");
    await git(work, "fetch", "--quiet", "origin");
    await git(work, "checkout", "--quiet", "agent/1");
    await git(work, "commit", "--quiet", "--allow-empty", "-m", "more");
    expect((await git(work, "push", "--quiet", "origin", "agent/1")).code).toBe(0);
    const moved = await ask(fake, `GET ${R}/pulls/${pull.number}`);
    expect(moved.body.head.sha).toBe((await git(work, "rev-parse", "HEAD")).out.trim());
    expect((await git(work, "push", "origin", "HEAD:main")).out).toContain("GH006: Protected branch update failed");
    await ask(fake, `PUT ${R}/pulls/${pull.number}/merge`, {
      body: { sha: moved.body.head.sha, merge_method: "squash" },
    });
    await git(work, "fetch", "--quiet", "origin");
    expect((await git(work, "log", "-1", "--format=%s", "origin/main")).out).toContain(`(#${pull.number})`);
    expect((await ask(fake, `DELETE ${R}/git/refs/heads/agent/1`)).status).toBe(204);
    const gone = await ask(fake, `DELETE ${R}/git/refs/heads/agent/1`);
    expect([gone.status, gone.body.message]).toEqual([422, "Reference does not exist"]);
    const reader = withPassword(`${fake.url}/acme/app.git`, "ghp_reader");
    expect((await git(work, "push", reader, "HEAD:refs/heads/x")).out).toContain("403");
    expect(fake.server.log.effects("git-receive-pack")).toMatchObject([{ identity: "maestro" }]);
  });

  it("may lose the answer to a push that happened", async () => {
    const fake = await start();
    const root = newFolder();
    await git(root, "clone", "--quiet", withPassword(`${fake.url}/acme/app.git`, "ghp_maestro"), "work");
    fake.server.faults.add({ kind: "drop_after", operation: "git-receive-pack" });
    expect((await git(join(root, "work"), "push", "origin", "HEAD:refs/heads/x")).code).not.toBe(0);
    expect(fake.git("acme", "app").head("x")).toMatch(/^[0-9a-f]{40}$/);
  });
});

describe("webhooks", () => {
  it("are signed, carry a delivery id, and come twice or never when a fault says so", async () => {
    const fake = await start();
    const hooks = await readHooks();
    const config = { url: hooks.url, content_type: "json", secret: "s3" };
    const body = { config, events: ["issues", "issue_comment"] };
    const hook = await ask(fake, `POST ${R}/hooks`, { body, token: "ghp_boss" });
    expect(hook.body.config.secret).toBe("********");
    fake.server.faults.add(
      { kind: "duplicate_webhook", operation: "issues" },
      { kind: "drop_webhook", operation: "issue_comment" },
    );
    await ask(fake, `POST ${R}/issues`, { body: { title: "One" } });
    await ask(fake, `POST ${R}/issues/1/comments`, { body: { body: "x" } });
    await fake.server.webhooks.settle();
    await hooks.close();
    expect(hooks.received.map(({ headers }) => headers["x-github-event"])).toEqual(["issues", "issues"]);
    const [first, second] = hooks.received;
    expect(first?.headers["x-github-delivery"]).toBe(second?.headers["x-github-delivery"]);
    const signature = createHmac("sha256", "s3")
      .update(first?.body ?? "")
      .digest("hex");
    expect(first?.headers["x-hub-signature-256"]).toBe(`sha256=${signature}`);
    expect(JSON.parse(first?.body ?? "")).toMatchObject({
      action: "opened",
      issue: { number: 1 },
      repository: { full_name: "acme/app" },
      sender: { login: "maestro" },
    });
  });
});

describe("GitHub's own client", () => {
  it("pages, creates and queries", async () => {
    const fake = await start();
    const octokit = new Octokit({ auth: "ghp_maestro", baseUrl: fake.url });
    for (const title of ["1", "2", "3"]) await octokit.rest.issues.create({ owner: "acme", repo: "app", title });
    const all = await octokit.paginate(octokit.rest.issues.listForRepo, { owner: "acme", repo: "app", per_page: 2 });
    expect(all).toHaveLength(3);
    expect(await octokit.graphql("{ viewer { login } }")).toEqual({ viewer: { login: "maestro" } });
    const enterprise = new Octokit({ auth: "ghp_maestro", baseUrl: `${fake.url}/api/v3` });
    expect(await enterprise.graphql("{ viewer { login } }")).toEqual({ viewer: { login: "maestro" } });
    expect((await enterprise.rest.users.getAuthenticated()).data.login).toBe("maestro");
  });
});
