import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Forge } from "../../../src/contracts/forge.ts";
import { isUnknownEffect } from "../../../src/contracts/outside.ts";
import { githubForge } from "../../../src/forges/github/index.ts";
import type { Change } from "../../../src/model/change.ts";
import { isMaestroError } from "../../../src/base/errors.ts";
import { type GithubStage, githubStage, tokenOf } from "./stage.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const calm = { signal: new AbortController().signal };
const BY = { name: "agent", email: "agent@example.invalid", at: 1_700_000_000 };

let stage: GithubStage;
let forge: Forge;
beforeEach(async () => {
  stage = await githubStage();
  forge = await githubForge.open({ ...stage.options(), webhook_secret: "hook-secret" }, stage.context);
});
afterEach(() => stage.dispose());

function draftOf(branch = "work/one") {
  const files = { [`${branch.replace("/", "-")}.txt`]: "1\n" };
  const headSha = stage.fake.git("acme", "app").commitFiles(branch, "do it", files, BY, "main");
  return { branch, base: "main", headSha, title: "One", body: "Why." };
}

async function opened(): Promise<Change> {
  return forge.ensureChange(draftOf(), calm);
}

async function failureOf(work: () => Promise<unknown>) {
  try {
    await work();
  } catch (error) {
    if (isMaestroError(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const CREATE = "POST /repos/{owner}/{repo}/pulls";
const MERGE = "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge";
const COMMENT = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
const READ = "query viewer";

describe("a write", () => {
  it.each([
    ["drop_before", {}],
    ["drop_after", {}],
    ["malformed", {}],
    ["cut", {}],
    ["status", { status: 502 }],
    ["status", { status: 503 }],
    ["rate_limit", {}],
    ["rate_limit", { status: 429, retryAfter: 60 }],
  ] as const)("that meets %s %j is sent once, and asking again makes one change and one merge", async (kind, more) => {
    const { faults, log } = stage.fake.server;
    const draft = draftOf();
    faults.add({ kind, operation: CREATE, ...more });
    const making = await failureOf(() => forge.ensureChange(draft, calm));
    expect(log.of(CREATE)).toHaveLength(1);
    const isRefused = kind === "rate_limit";
    expect([isUnknownEffect(making), making.code === "forge_rate_limited"]).toEqual([!isRefused, isRefused]);
    // A limit that GitHub set holds for everybody with the credential.
    const again = isRefused ? await afterLimit() : forge;
    const change = await again.ensureChange(draft, calm);
    expect(stage.fake.data.pulls).toHaveLength(1);
    faults.add({ kind, operation: MERGE, ...more });
    await failureOf(() => again.merge(change.id, change.headSha, calm));
    expect(log.of(MERGE)).toHaveLength(1);
    const merged = await (isRefused ? await afterLimit() : again).merge(change.id, change.headSha, calm);
    expect(["merged", "already"]).toContain(merged.kind);
    expect(log.effects(MERGE)).toHaveLength(1);
    expect(stage.fake.git("acme", "app").commitsBetween("main~1", "main")).toHaveLength(1);
  });

  it("that may have happened is not repeated: a comment is there at most once", async () => {
    const change = await opened();
    for (const kind of ["drop_after", "status", "cut"] as const) {
      const before = stage.fake.server.log.of(COMMENT).length;
      stage.fake.server.faults.add({ kind, operation: COMMENT });
      expect(isUnknownEffect(await failureOf(() => forge.comment(change.id, "maestro", kind, calm)))).toBe(true);
      expect(stage.fake.server.log.of(COMMENT)).toHaveLength(before + 1);
    }
  });

  it("of a repository that was renamed is refused instead of being turned into a read", async () => {
    const change = await opened();
    const headers = { location: `${stage.fake.url}/repos/acme/app/issues/${change.id}/comments` };
    stage.fake.server.faults.add({ kind: "status", operation: COMMENT, status: 301, body: "", headers });
    const failure = await failureOf(() => forge.comment(change.id, "maestro", "Hello", calm));
    expect(failure).toMatchObject({
      code: "forge_status",
      facts: { status: 301 },
      hint: expect.stringContaining("moved"),
    });
  });

  it("finds by GitHub's own refusal what a stale list did not show", async () => {
    const draft = draftOf();
    const made = await forge.ensureChange(draft, calm);
    stage.fake.server.clock.advance(60_000);
    stage.fake.server.faults.add({ kind: "stale", operation: "GET /repos/{owner}/{repo}/pulls", ms: 90_000 });
    expect((await forge.ensureChange(draft, calm)).id).toBe(made.id);
    expect(stage.fake.server.log.of(CREATE)).toHaveLength(2);
    expect(stage.fake.data.pulls).toHaveLength(1);
  });
});

/** A client as it is when the limit is over: the limiter belongs to the clock. */
async function afterLimit(): Promise<Forge> {
  return githubForge.open(stage.options(), { ...stage.context, clock: { ...stage.clock } });
}

describe("a read", () => {
  it.each([
    ["a gateway's error", { kind: "status", status: 502 }],
    ["a lost connection", { kind: "drop_after" }],
  ] as const)("is asked again after %s", async (_, fault) => {
    const change = await opened();
    stage.fake.server.faults.add({ ...fault, operation: READ, times: 2 });
    expect(await forge.changesByIds([change.id], calm)).toMatchObject([{ id: change.id }]);
    stage.fake.server.faults.add({ ...fault, operation: READ, times: 3 });
    const failure = await failureOf(() => forge.changesByIds([change.id], calm));
    expect(failure).toMatchObject({ code: expect.stringMatching(/^forge_(status|request)$/), retryable: true });
  });

  it("is an error when it is partial, never fewer changes", async () => {
    const change = await opened();
    stage.fake.server.faults.add({ kind: "partial_errors", operation: READ });
    expect((await failureOf(() => forge.changesByIds([change.id], calm))).code).toBe("forge_status");
    stage.fake.server.faults.add({ kind: "malformed", operation: READ });
    expect((await failureOf(() => forge.changesByIds([change.id], calm))).code).toBe("forge_response");
    expect(await forge.changesByIds([change.id, "99"], calm)).toHaveLength(1);
  });

  it("is refused where the checks are hidden: without them everything looks green", async () => {
    const change = await opened();
    const path = ["repository", `c${change.id}`, "commits", "nodes", 0, "commit", "statusCheckRollup"];
    const errors = [{ type: "FORBIDDEN", path, message: "Resource not accessible by personal access token" }];
    const body = { data: { viewer: { login: "maestro" }, repository: {} }, errors };
    stage.fake.server.faults.add({ kind: "status", operation: READ, status: 200, body });
    const failure = await failureOf(() => forge.changesByIds([change.id], calm));
    expect(failure).toMatchObject({ code: "forge_auth", hint: expect.stringContaining("statusCheckRollup") });
  });

  it("waits for a short limit, and tells how long a long one lasts without asking on", async () => {
    const change = await opened();
    stage.fake.server.faults.add({ kind: "rate_limit", operation: READ, retryAfter: 1 });
    const short = await failureOf(() => forge.changesByIds([change.id], { signal: AbortSignal.timeout(300) }));
    expect(short.code).toBe("aborted");
    const other = await afterLimit();
    stage.fake.server.faults.add({ kind: "rate_limit", operation: READ, retryAfter: 120, status: 429 });
    const long = await failureOf(() => other.changesByIds([change.id], calm));
    expect(long).toMatchObject({ code: "forge_rate_limited", retryAfterMs: 120_000, retryable: true });
    const asked = stage.fake.server.log.calls.length;
    expect((await failureOf(() => other.changesByIds([change.id], calm))).code).toBe("forge_rate_limited");
    expect(stage.fake.server.log.calls).toHaveLength(asked);
  });
});

describe("a poll", () => {
  it("of five changes in review is one request, and what is left is told", async () => {
    const ids: string[] = [];
    for (const at of [1, 2, 3, 4, 5]) ids.push((await forge.ensureChange(draftOf(`work/${at}`), calm)).id);
    await forge.changesByIds(ids, calm);
    const before = stage.fake.server.log.calls.length;
    expect(await forge.changesByIds(ids, calm)).toHaveLength(5);
    expect(stage.fake.server.log.calls).toHaveLength(before + 1);
    const budget = forge.budget?.();
    expect(budget).toMatchObject({ limit: 5_000, remaining: expect.any(Number), resetAt: expect.any(Number) });
    expect(JSON.stringify(budget)).not.toContain(tokenOf("maestro"));
  });

  it("of a branch that did not move costs nothing", async () => {
    for (const _ of [1, 2]) await forge.branchHead("main", calm);
    expect(stage.fake.server.log.calls.slice(-2).map(({ status }) => status)).toEqual([200, 304]);
  });
});

describe("errors", () => {
  it("name the right that is missing and never the token", async () => {
    const change = await opened();
    const token = stage.fake.data.tokens.find((one) => one.login === "maestro");
    if (token !== undefined) token.permission = "read";
    const refused = await failureOf(() => forge.close(change.id, calm));
    expect(refused).toMatchObject({ code: "forge_auth", hint: expect.stringContaining("pull_requests=write") });
    expect((await failureOf(() => forge.health(calm))).code).toBe("forge_auth");
    const wrong = await githubForge.open({ ...stage.options(), token: "ghp_wrong-one" }, stage.context);
    const unknown = await failureOf(() => wrong.health(calm));
    expect(unknown).toMatchObject({ code: "forge_auth", hint: expect.stringContaining("token") });
    await stage.fake.close();
    const lost = await failureOf(() => forge.merge(change.id, change.headSha, calm));
    for (const error of [refused, unknown, lost]) {
      const all = JSON.stringify([error.message, error.hint, error.facts, String(error.cause), error.stack]);
      expect(all).not.toMatch(/ghp_/);
    }
    expect(stage.context.secrets.redact(tokenOf("maestro"))).toBe("[REDACTED:github_token]");
  });

  it("never take a repository that is hidden for one without branches", async () => {
    const draft = draftOf();
    const repo = stage.fake.data.repos[0];
    if (repo !== undefined) Object.assign(repo, { private: true, collaborators: [] });
    const hidden = { code: "forge_auth", facts: { repository: "acme/app" } };
    expect(await failureOf(() => forge.branchHead("work/one", calm))).toMatchObject(hidden);
    expect(await failureOf(() => forge.deleteBranch("work/one", null, calm))).toMatchObject(hidden);
    expect(await failureOf(() => forge.ensureChange(draft, calm))).toMatchObject(hidden);
    expect((await failureOf(() => forge.changesByIds(["1"], calm))).code).toBe("forge_not_found");
  });

  it("tell what a change cannot be made of", async () => {
    const draft = draftOf();
    const noBase = await failureOf(() => forge.ensureChange({ ...draft, base: "trunk" }, calm));
    expect(noBase).toMatchObject({ code: "forge_not_found", facts: { branch: "trunk" } });
    const main = stage.fake.git("acme", "app").head("main") ?? "";
    stage.fake.git("acme", "app").moveRef("refs/heads/work/same", main, "0".repeat(40));
    const same = await failureOf(() => forge.ensureChange({ ...draft, branch: "work/same", headSha: main }, calm));
    expect(same).toMatchObject({ code: "forge_status", message: expect.stringContaining("No commits between") });
  });
});

describe("a webhook", () => {
  const body = Buffer.from(JSON.stringify({ action: "synchronize", pull_request: { number: 7 } }));
  const sign = (secret: string) => `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  const deliver = (headers: Record<string, string>, bytes = body) =>
    forge.readDelivery?.({ body: bytes, headers, receivedAt: 0 });
  const id = { "x-github-delivery": "72d3162e" };

  it("is taken by its signature over the raw bytes, with its own number", () => {
    const signed = { ...id, "x-hub-signature-256": sign("hook-secret") };
    expect(deliver(signed)).toEqual({ ok: true, id: "72d3162e", subjects: ["7"] });
    expect(deliver(signed, Buffer.concat([body, Buffer.from(" ")]))).toEqual({ ok: false, code: "bad_signature" });
    expect(deliver({ ...id, "x-hub-signature-256": sign("other") })).toEqual({ ok: false, code: "bad_signature" });
    expect(deliver(id)).toEqual({ ok: false, code: "unsigned" });
    expect(deliver({ "x-hub-signature-256": sign("hook-secret") })).toEqual({ ok: false, code: "unreadable" });
  });

  it("is refused where no secret is set", async () => {
    const plain = await githubForge.open(stage.options(), stage.context);
    const signed = { ...id, "x-hub-signature-256": sign("") };
    expect(plain.readDelivery?.({ body, headers: signed, receivedAt: 0 })).toEqual({ ok: false, code: "unsigned" });
    expect(plain.capabilities.webhooks).toBe(false);
  });
});
