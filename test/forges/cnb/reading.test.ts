import { afterEach, describe, expect, it, vi } from "vitest";
import type { FakeCnbOptions } from "../../../dev/fakes/cnb/index.ts";
import type { Forge } from "../../../src/contracts/forge.ts";
import { cnbForge } from "../../../src/forges/cnb/index.ts";
import { type Change, reviewDecision } from "../../../src/model/change.ts";
import { ask, type CnbStage, cnbStage, push, REPO, seedOf } from "./stage.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const calm = { signal: new AbortController().signal };

let stage: CnbStage;
let forge: Forge;
afterEach(() => stage.dispose());

type Repo = Parameters<typeof seedOf>[0];

async function start(repo: Repo = {}, more: object = {}, fake: FakeCnbOptions = {}): Promise<void> {
  stage = await cnbStage({ seed: seedOf(repo), ...fake });
  forge = await cnbForge.open({ ...stage.options(), ...more }, stage.context);
}

async function opened(branch = "work/one", draft = false): Promise<Change> {
  const headSha = push(stage, branch, { "a.txt": "1\n", [branch.replace("/", "-")]: "1\n" });
  return forge.ensureChange({ branch, base: "main", headSha, title: "One", body: "Why.", draft }, calm);
}

async function now(id: string, as = forge): Promise<Change> {
  const [change] = await as.changesByIds([id], calm);
  if (change === undefined) throw new Error(`no change ${id}`);
  return change;
}

const ci = (sha: string, context: string, state: string, log?: readonly string[]) =>
  stage.fake.report(REPO, sha, { context, state, description: `${context}: ${state}`, ...(log && { log }) });

const review = (user: string, id: string, event: string, more: object = {}) =>
  ask(stage, user, `POST /pulls/${id}/reviews`, { event, body: "", ...more });

const remark = (body: string) => {
  return { path: "a.txt", body, start_line: 1, start_side: "right", end_line: 1, end_side: "right" };
};

describe("checks", () => {
  it("are the statuses of the head: all count unless some are named, which are waited for", async () => {
    await start();
    const change = await opened();
    for (const state of ["success", "failure", "skipped", "pending", "error", "in_progress", "cancelled"]) {
      ci(change.headSha, state, state);
    }
    const shown = (await now(change.id)).checks.map(({ name, status, required }) => [name, status, required]);
    expect(shown).toEqual([
      ["success", "passed", true],
      ["failure", "failed", true],
      ["skipped", "passed", true],
      ["pending", "pending", true],
      ["error", "failed", true],
      ["in_progress", "pending", true],
      ["cancelled", "failed", true],
    ]);
    const choosy = await cnbForge.open({ ...stage.options(), required_checks: ["success", "deploy"] }, stage.context);
    const { checks } = await now(change.id, choosy);
    expect(checks.filter(({ required }) => required)).toMatchObject([
      { name: "success", status: "passed" },
      { name: "deploy", status: "pending" },
    ]);
  });

  it("have a log: the end of what the failed stage printed, whole characters", async () => {
    await start();
    const change = await opened();
    ci(change.headSha, "ci", "failure", ["building", "x".repeat(5_000), "error: ünexpected"]);
    ci(change.headSha, "lint", "success", ["fine"]);
    expect(await forge.checkLog?.(change.id, "ci", { ...calm, maxBytes: 10 })).toBe("nexpected");
    expect(await forge.checkLog?.(change.id, "ci", { ...calm, maxBytes: 50_000 })).toMatch(
      /^\[ci\]\nbuilding\nx+\nerror/,
    );
    expect(await forge.checkLog?.(change.id, "lint", { ...calm, maxBytes: 50 })).toBe("[lint]\nfine");
    expect(await forge.checkLog?.(change.id, "none", { ...calm, maxBytes: 50 })).toBeNull();
    const token = stage.fake.data.tokens.find(({ username }) => username === "maestro");
    if (token !== undefined) token.scopes = ["repo-pr:rw", "repo-notes:rw", "repo-code:rw", "repo-manage:r"];
    expect(await forge.checkLog?.(change.id, "ci", { ...calm, maxBytes: 50 })).toBeNull();
  });

  it("of the host stand on the change for people too, and count only where the token wrote them", async () => {
    await start();
    const change = await opened();
    const check = {
      name: "maestro · validation -- x",
      headSha: change.headSha,
      passed: true,
      summary: "2 commands\n\nfine",
    };
    await forge.publishCheck(change.id, check, calm);
    await forge.publishCheck(change.id, check, calm);
    const [text] = stage.fake.data.comments.map(({ body }) => body);
    expect(stage.fake.data.comments).toHaveLength(1);
    expect(text).toContain(`**${check.name}** passed`);
    const copy = text?.replace("result=passed", "result=failed") ?? "";
    await ask(stage, "alice", `POST /pulls/${change.id}/comments`, { body: copy });
    await forge.comment(change.id, "maestro", copy, calm);
    const { checks, comments } = await now(change.id);
    expect(checks).toEqual([
      {
        ...{ name: check.name, headSha: check.headSha, status: "passed" },
        required: true,
        summary: check.summary,
        url: null,
      },
    ]);
    expect(comments.map(({ author, body }) => [author, body])).toEqual([
      ["alice", copy],
      ["maestro", `**maestro:**\n\n${copy}`],
    ]);
    await forge.publishCheck(change.id, { ...check, passed: false, summary: "" }, calm);
    expect((await now(change.id)).checks).toMatchObject([{ status: "failed", summary: "" }]);
    expect(stage.fake.data.comments).toHaveLength(3);
  });
});

describe("people", () => {
  it("decide only when they may write, and never about their own change", async () => {
    await start();
    const change = await opened();
    for (const user of ["stranger", "reader", "maestro"]) await review(user, change.id, "approve", { body: "Ship it" });
    const before = await now(change.id);
    expect(reviewDecision(before)).toBe("none");
    expect(before.reviews.map(({ author, decision, trust }) => [author, decision, trust])).toEqual([
      ["stranger", "commented", "outsider"],
      ["reader", "commented", "outsider"],
      ["maestro", "commented", "self"],
    ]);
    await review("alice", change.id, "approve");
    expect(reviewDecision(await now(change.id))).toBe("approved");
    await ask(stage, "robot", `POST /pulls/${change.id}/comments`, { body: "Coverage fell" });
    expect((await now(change.id)).comments).toMatchObject([{ author: "robot", trust: "bot" }]);
    const own = forge.review(change.id, { author: "maestro", decision: "approved", body: "" }, calm);
    await expect(own).rejects.toMatchObject({ code: "forge_status", hint: expect.stringContaining("another account") });
  });

  it("count for nothing while the token may not see who may write", async () => {
    await start();
    const change = await opened();
    const token = stage.fake.data.tokens.find(({ username }) => username === "maestro");
    if (token !== undefined) token.scopes = ["repo-pr:rw", "repo-notes:rw", "repo-code:rw"];
    const blind = await cnbForge.open(stage.options(), stage.context);
    await review("alice", change.id, "approve", { body: "Good" });
    expect((await now(change.id, blind)).reviews).toMatchObject([{ author: "alice", decision: "commented" }]);
    expect((await now(change.id, blind)).reviews[0]?.trust).toBeUndefined();
    expect(await blind.branchRules?.("main", calm)).toMatchObject({ requiredChecks: null, requiredApprovals: null });
  });

  it("are named where words are written for them, and asked for a review", async () => {
    await start();
    const change = await opened();
    await forge.comment(change.id, "alice", "Please hurry", calm);
    expect((await now(change.id)).comments).toMatchObject([
      { author: "maestro", body: "**alice:**\n\nPlease hurry", trust: "self" },
    ]);
    await forge.requestReviewers?.(change.id, ["alice", "bob"], calm);
    expect(stage.fake.data.pulls[0]?.reviewers).toEqual(["alice", "bob"]);
    await expect(forge.requestReviewers?.("99", ["alice"], calm)).rejects.toMatchObject({ code: "forge_not_found" });
  });
});

describe("a review", () => {
  it("that comes together with a new head is about the older one", async () => {
    await start();
    const change = await opened();
    await review("alice", change.id, "approve");
    const head = push(stage, change.branch, { "more.txt": "1\n" });
    const moved = await now(change.id);
    expect([moved.headSha, moved.reviews[0]?.headSha, reviewDecision(moved)]).toEqual([head, change.headSha, "none"]);
    await review("alice", change.id, "approve");
    expect(reviewDecision(await now(change.id))).toBe("approved");
  });

  it("that comes together with a new head is about that one when CI had reported on it before", async () => {
    await start();
    const change = await opened();
    const head = push(stage, change.branch, { "more.txt": "1\n" });
    await review("alice", change.id, "approve");
    stage.fake.server.clock.advance(5_000);
    ci(head, "ci", "success");
    await review("bob", change.id, "approve");
    const { reviews } = await now(change.id);
    expect(reviews.map(({ author, headSha }) => [author, headSha === head])).toEqual([
      ["alice", false],
      ["bob", true],
    ]);
  });

  it("is about the commit that its remarks name, whoever looks first and whenever", async () => {
    await start();
    const change = await opened();
    await review("alice", change.id, "approve", { comments: [remark("Nice")] });
    push(stage, change.branch, { "more.txt": "1\n" });
    const later = await cnbForge.open(stage.options(), stage.context);
    expect((await now(change.id, later)).reviews[0]?.headSha).toBe(change.headSha);
  });

  it("is at the first look of a process about the present head when that is older, and else about none", async () => {
    await start();
    const change = await opened();
    await review("alice", change.id, "approve");
    const first = await cnbForge.open(stage.options(), stage.context);
    expect(reviewDecision(await now(change.id, first))).toBe("approved");
    const by = {
      name: "agent",
      email: "agent@example.invalid",
      at: Math.floor(stage.fake.server.clock.now() / 1_000) + 60,
    };
    const head = stage.fake.git(REPO).commitFiles(change.branch, "later", { "b.txt": "1\n" }, by);
    for (const pull of stage.fake.data.pulls) pull.headSha = head;
    const later = await cnbForge.open(stage.options(), stage.context);
    expect(reviewDecision(await now(change.id, later))).toBe("none");
  });

  it("has threads, which are answered once and count as resolved by the last word", async () => {
    await start();
    const change = await opened();
    const made = await review("alice", change.id, "comment", { comments: [remark("Why?"), remark("Rename")] });
    const { threads = [], reviews } = await now(change.id);
    expect(reviews).toEqual([]);
    expect(threads.map(({ path, line, resolved, comments }) => [path, line, resolved, comments[0]?.body])).toEqual([
      ["a.txt", 1, false, "Why?"],
      ["a.txt", 1, false, "Rename"],
    ]);
    const [first] = threads;
    const id = first?.id ?? "";
    for (const _ of [1, 2]) await forge.reply?.(change.id, id, "Because.", calm);
    const answered = (await now(change.id)).threads?.[0];
    expect([answered?.resolved, answered?.comments.map(({ body }) => body)]).toEqual([true, ["Why?", "Because."]]);
    const wish = { body: "Hm.", reply_to_comment_id: answered?.comments[1]?.id };
    await ask(stage, "alice", `POST /pulls/${change.id}/reviews/${String(made.id)}/replies`, wish);
    expect((await now(change.id)).threads?.[0]).toMatchObject({ id, resolved: false, comments: { length: 3 } });
    await expect(forge.reply?.(change.id, "1/1", "x", calm)).rejects.toMatchObject({ code: "forge_not_found" });
  });
});

describe("rules", () => {
  it("block what they do not allow yet, and say why", async () => {
    await start({ protections: [{ approvals: 1, statusChecks: true }] });
    const change = await opened();
    expect(change).toMatchObject({ mergeability: "clean", blockers: ["The status checks have not passed."] });
    expect(await forge.branchRules?.("main", calm)).toEqual({
      ...{ requiredChecks: null, requiredApprovals: 1, requiresResolvedThreads: false, requiresMergeQueue: false },
    });
    expect(await forge.branchRules?.("other", calm)).toMatchObject({ requiredChecks: [], requiredApprovals: 0 });
    ci(change.headSha, "ci", "success");
    expect((await now(change.id)).blockers).toEqual(["A review by somebody who may write is required."]);
    expect(await forge.merge(change.id, change.headSha, calm)).toMatchObject({
      ...{ kind: "refused", code: "not_allowed", sentence: expect.stringContaining("waiting_review") },
    });
    await review("alice", change.id, "approve");
    expect((await now(change.id)).blockers).toEqual([]);
    expect(await forge.merge(change.id, change.headSha, calm)).toMatchObject({ kind: "merged" });
  });

  it("hold for every branch that their pattern fits", async () => {
    await start({ protections: [{ branch: "release/*", approvals: 2 }, { branch: "*" }] });
    await opened();
    expect(await forge.branchRules?.("release/1.x", calm)).toMatchObject({ requiredApprovals: 2 });
    expect(await forge.branchRules?.("main", calm)).toMatchObject({ requiredApprovals: 0 });
  });

  it("that CNB cannot judge are a blocker", async () => {
    await start();
    const change = await opened();
    for (const pull of stage.fake.data.pulls) pull.isBroken = true;
    const { mergeability, blockers } = await now(change.id);
    expect([mergeability, blockers]).toEqual(["unknown", ["CNB cannot tell whether it could be merged."]]);
  });
});
