import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FakeCnbOptions } from "../../../dev/fakes/cnb/index.ts";
import { isMaestroError } from "../../../src/base/errors.ts";
import type { Forge } from "../../../src/contracts/forge.ts";
import { isUnknownEffect } from "../../../src/contracts/outside.ts";
import { cnbForge } from "../../../src/forges/cnb/index.ts";
import type { Change } from "../../../src/model/change.ts";
import { type CnbStage, cnbStage, push, REPO, tokenOf } from "./stage.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const calm = { signal: new AbortController().signal };

let stage: CnbStage;
let forge: Forge;
beforeEach(() => start());
afterEach(() => stage.dispose());

async function start(options: FakeCnbOptions = {}): Promise<void> {
  await stage?.dispose();
  stage = await cnbStage(options);
  forge = await cnbForge.open(stage.options(), stage.context);
}

function draftOf(branch = "work/one") {
  const headSha = push(stage, branch, { [`${branch.replace("/", "-")}.txt`]: "1\n" });
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

const CREATE = "POST /{repo}/-/pulls";
const MERGE = "PUT /{repo}/-/pulls/{number}/merge";
const COMMENT = "POST /{repo}/-/pulls/{number}/comments";
const READ = "GET /{repo}/-/pulls/{number}";

/** A client as it is when the limit is over: the limiter belongs to the context. */
async function afterLimit(): Promise<Forge> {
  const { limiters: _, ...context } = stage.context;
  return cnbForge.open(stage.options(), context);
}

describe("a write", () => {
  it.each([
    ["drop_before", {}],
    ["drop_after", {}],
    ["malformed", {}],
    ["cut", {}],
    ["status", { status: 502 }],
    ["status", { status: 503 }],
    ["rate_limit", {}],
    ["rate_limit", { retryAfter: 60 }],
  ] as const)("that meets %s %j is sent once, and asking again makes one change and one merge", async (kind, more) => {
    const { faults, log } = stage.fake.server;
    const draft = draftOf();
    faults.add({ kind, operation: CREATE, ...more });
    const making = await failureOf(() => forge.ensureChange(draft, calm));
    expect(log.of(CREATE)).toHaveLength(1);
    const isRefused = kind === "rate_limit";
    expect([isUnknownEffect(making), making.code === "forge_rate_limited"]).toEqual([!isRefused, isRefused]);
    const again = isRefused ? await afterLimit() : forge;
    const change = await again.ensureChange(draft, calm);
    expect(stage.fake.data.pulls).toHaveLength(1);
    faults.add({ kind, operation: MERGE, ...more });
    await failureOf(() => again.merge(change.id, change.headSha, calm));
    expect(log.of(MERGE)).toHaveLength(1);
    const merged = await (isRefused ? await afterLimit() : again).merge(change.id, change.headSha, calm);
    expect(["merged", "already"]).toContain(merged.kind);
    expect(log.effects(MERGE)).toHaveLength(1);
    expect(stage.fake.git(REPO).commitsBetween("main~1", "main")).toHaveLength(1);
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
    const headers = { location: `${stage.fake.url}/elsewhere` };
    stage.fake.server.faults.add({ kind: "status", operation: COMMENT, status: 301, body: "", headers });
    const failure = await failureOf(() => forge.comment(change.id, "maestro", "Hello", calm));
    expect(failure).toMatchObject({ code: "forge_status", hint: expect.stringContaining("moved") });
  });

  it("that CNB refuses because it is there already finds what a stale list did not show", async () => {
    await start({ refusesSecondPull: true });
    const draft = draftOf();
    const made = await forge.ensureChange(draft, calm);
    stage.fake.server.clock.advance(60_000);
    stage.fake.server.faults.add({ kind: "stale", operation: "GET /{repo}/-/pulls", ms: 90_000 });
    expect((await forge.ensureChange(draft, calm)).id).toBe(made.id);
    expect(stage.fake.data.pulls).toHaveLength(1);
  });

  it("that makes a second one unseen is taken back: the first one stays the only open one", async () => {
    const draft = draftOf();
    const made = await forge.ensureChange(draft, calm);
    stage.fake.server.clock.advance(60_000);
    stage.fake.server.faults.add({ kind: "stale", operation: "GET /{repo}/-/pulls", ms: 90_000 });
    expect((await forge.ensureChange(draft, calm)).id).toBe(made.id);
    expect(stage.fake.data.pulls.map(({ state }) => state)).toEqual(["open", "closed"]);
  });
});

describe("a merge", () => {
  it("of a head that moves between look and merge is told as moved, never as done", async () => {
    // The merge begins, and a push arrives before CNB carries it out.
    await start({ mergeMs: 5_000 });
    const own = await opened();
    let looks = 0;
    const sleep = async (): Promise<void> => {
      looks += 1;
      if (looks === 1) push(stage, own.branch, { "late.txt": "late\n" });
      stage.fake.server.clock.advance(6_000);
    };
    const clock = { ...stage.clock, sleep };
    const watched = await cnbForge.open(stage.options(), { ...stage.context, clock });
    const result = await watched.merge(own.id, own.headSha, calm);
    expect(result).toMatchObject({ kind: "refused", code: "head_moved" });
    expect(result).toMatchObject({ sentence: expect.stringContaining(own.headSha) });
  });

  it("that takes its time is waited for", async () => {
    await start({ mergeMs: 5_000 });
    const change = await opened();
    const clock = { ...stage.clock, sleep: async () => stage.fake.server.clock.advance(2_000) };
    const patient = await cnbForge.open(stage.options(), { ...stage.context, clock });
    const result = await patient.merge(change.id, change.headSha, calm);
    expect(result).toEqual({ kind: "merged", sha: stage.fake.git(REPO).head("main") });
  });

  it.each(["merge", "squash", "rebase"])(
    "by %s is found again by another process, as the same commit",
    async (method) => {
      const change = await opened();
      push(stage, "main", { "elsewhere.txt": "1\n" });
      const first = await cnbForge.open({ ...stage.options(), merge_method: method }, stage.context);
      const merged = await first.merge(change.id, change.headSha, calm);
      push(stage, "main", { "later.txt": "1\n" });
      const other = await cnbForge.open(stage.options(), stage.context);
      expect(merged.kind).toBe("merged");
      expect(await other.merge(change.id, change.headSha, calm)).toEqual({ ...merged, kind: "already" });
      const git = stage.fake.git(REPO);
      expect(git.git(["rev-list", "--parents", "-n1", "main~1"]).split(" ")).toHaveLength(method === "merge" ? 3 : 2);
    },
  );

  it("of older payloads, which say closed, is a merge", async () => {
    await start({ hasOlderPayloads: true });
    const change = await opened();
    await forge.merge(change.id, change.headSha, calm);
    expect(await forge.changesByIds([change.id], calm)).toMatchObject([{ state: "merged" }]);
    expect(await forge.list({ state: "closed" }, calm)).toEqual([]);
  });
});

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

  it.each(["malformed", "cut"] as const)("that is %s is an error, never fewer changes", async (kind) => {
    const change = await opened();
    for (const operation of ["GET /{repo}/-/pull-in-batch", READ, "GET /{repo}/-/pulls/{number}/commit-statuses"]) {
      stage.fake.server.faults.add({ kind, operation, times: 3 });
      const { code } = await failureOf(() => forge.changesByIds([change.id], calm));
      expect(code).toMatch(/^forge_(response|request)$/);
      stage.fake.server.faults.clear();
    }
    stage.fake.server.faults.add({ kind: "status", operation: READ, status: 200, body: "<html>Hello</html>" });
    expect((await failureOf(() => forge.changesByIds([change.id], calm))).code).toBe("forge_response");
    expect(await forge.changesByIds([change.id, "99"], calm)).toHaveLength(1);
  });

  it("waits for a short limit, and tells how long a long one lasts without asking on", async () => {
    const change = await opened();
    stage.fake.server.faults.add({ kind: "rate_limit", operation: READ, retryAfter: 1 });
    const short = await failureOf(() => forge.changesByIds([change.id], { signal: AbortSignal.timeout(300) }));
    expect(short.code).toBe("aborted");
    const other = await afterLimit();
    stage.fake.server.faults.add({ kind: "rate_limit", operation: READ, retryAfter: 120 });
    const long = await failureOf(() => other.changesByIds([change.id], calm));
    expect(long).toMatchObject({ code: "forge_rate_limited", retryAfterMs: 120_000, retryable: true });
    const asked = stage.fake.server.log.calls.length;
    expect((await failureOf(() => other.changesByIds([change.id], calm))).code).toBe("forge_rate_limited");
    expect(stage.fake.server.log.calls).toHaveLength(asked);
  });

  it("of more changes than a page holds is complete", async () => {
    const head = push(stage, "work/one", { "a.txt": "1\n" });
    for (let at = 0; at < 130; at += 1) {
      const more = { number: at + 1, id: `${at}`, head: `old/${at}`, state: "closed" } as const;
      stage.fake.data.pulls.push({ ...stagePull(head), ...more });
    }
    const found = await forge.findChange("old/3", calm);
    expect(found).toMatchObject({ id: "4", state: "closed" });
    expect(stage.fake.server.log.of("GET /{repo}/-/pulls")).toHaveLength(2);
  });

  it("of n changes is one list and four requests each, and tells what was spent", async () => {
    const ids: string[] = [];
    for (const at of [1, 2, 3]) ids.push((await forge.ensureChange(draftOf(`work/${at}`), calm)).id);
    const before = stage.fake.server.log.calls.length;
    expect(await forge.changesByIds(ids, calm)).toHaveLength(3);
    expect(stage.fake.server.log.calls).toHaveLength(before + 1 + 4 * 3);
    const budget = forge.budget?.();
    expect(budget).toMatchObject({ limit: null, remaining: null, resetAt: null, spent: expect.any(Number) });
    expect(JSON.stringify(budget)).not.toContain(tokenOf("maestro"));
  });
});

function stagePull(headSha: string) {
  const repoId = stage.fake.data.repos[0]?.id ?? "";
  return {
    ...{ repoId, title: "Old", body: "", author: "maestro", base: "main", headSha, baseShaAtMerge: null },
    ...{ mergedBy: null, mergeSha: null, merging: null, isBroken: false, labels: [], assignees: [], reviewers: [] },
    ...{ createdAt: 0, updatedAt: 0 },
  };
}
