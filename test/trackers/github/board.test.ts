import { createHmac } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Tracker } from "../../../src/contracts/tracker.ts";
import { githubTracker } from "../../../src/trackers/github/index.ts";
import { type GithubStage, githubStage, tokenOf } from "../../forges/github/stage.ts";
import { issueAt, seedIssues } from "./harness.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const calm = { signal: new AbortController().signal };
const R = "/repos/acme/app";
const ONE = "acme/app#1";

let stage: GithubStage;
afterEach(() => stage.dispose());

async function start(more: object = {}): Promise<Tracker> {
  stage = await githubStage();
  return open(more);
}

const open = (more: object = {}): Promise<Tracker> =>
  githubTracker.open({ ...stage.options(), ...more }, stage.context);

/** A client of another machine: it shares no turns with the first. */
const elsewhere = (login = "maestro"): Promise<Tracker> =>
  githubTracker.open(stage.options(login), { ...stage.context, clock: { ...stage.clock } });

async function as(login: string, call: string, body?: object): Promise<void> {
  const [method, path] = call.split(" ");
  const headers = { authorization: `Bearer ${tokenOf(login)}` };
  const answer = await fetch(stage.fake.url + path, { method: method ?? "GET", headers, body: JSON.stringify(body) });
  expect(answer.status, `${call}: ${await answer.text()}`).toBeLessThan(300);
}

const seed = (state = "Todo", number = 1) => seedIssues(stage, [{ identifier: `ISS-${number}`, title: "One", state }]);

describe("the board", () => {
  it("leaves pull requests out, everywhere", async () => {
    const tracker = await start();
    seed();
    const by = { name: "a", email: "a@example.invalid", at: 1_700_000_000 };
    stage.fake.git("acme", "app").commitFiles("work/one", "do it", { "a.txt": "1\n" }, by, "main");
    await as("maestro", `POST ${R}/pulls`, { title: "A pull", head: "work/one", base: "main" });
    await as("maestro", `POST ${R}/issues/2/labels`, { labels: ["status:Todo"] });
    expect((await tracker.issuesByStates(["Todo", "Open"], calm)).map(({ id }) => id)).toEqual(["1"]);
    expect(await tracker.issuesByIds(["2"], calm)).toEqual([]);
    await expect(tracker.move("2", { to: "Done", from: null }, calm)).rejects.toMatchObject({
      code: "tracker_not_found",
    });
  });

  it("closes what is done, reopens what is not, and says why it was given up", async () => {
    const tracker = await start();
    seed();
    await tracker.move("1", { to: "Done", from: "Todo" }, calm);
    expect(issueAt(stage, ONE)).toMatchObject({ state: "closed", stateReason: "completed", labels: ["status:Done"] });
    await tracker.move("1", { to: "Rework", from: "Done" }, calm);
    expect(issueAt(stage, ONE)).toMatchObject({ state: "open", labels: ["status:Rework"] });
    await tracker.move("1", { to: "Cancelled", from: null }, calm);
    expect(issueAt(stage, ONE)).toMatchObject({ state: "closed", stateReason: "not_planned" });
    await tracker.move("1", { to: "Open", from: null }, calm);
    expect(issueAt(stage, ONE)).toMatchObject({ state: "open", labels: [] });
  });

  it("sees an issue that a merge closed as closed, whatever its label", async () => {
    const tracker = await start();
    seed("In Review");
    await as("alice", `PATCH ${R}/issues/1`, { state: "closed" });
    expect(await tracker.issuesByIds(["1"], calm)).toMatchObject([{ state: "Closed" }]);
    expect(await tracker.issuesByStates(["closed"], calm)).toMatchObject([{ id: "1" }]);
    expect(await tracker.issuesByStates(["In Review", "Done"], calm)).toEqual([]);
  });

  it("is only open and closed where labels do not count", async () => {
    const tracker = await start({ states_from: "open_closed" });
    seed();
    expect(await tracker.issuesByIds(["1"], calm)).toMatchObject([{ state: "Open", labels: ["status:todo"] }]);
    expect(await tracker.move("1", { to: "closed", from: "Open" }, calm)).toBe("moved");
    await expect(tracker.move("1", { to: "Done", from: null }, calm)).rejects.toMatchObject({ code: "tracker_status" });
    expect(await tracker.states?.(calm)).toEqual([
      { name: "Open", type: "open" },
      { name: "Closed", type: "closed" },
    ]);
  });

  it("tells its states, and takes labels of other names for them", async () => {
    const tracker = await start({ state_labels: { "In Review": "needs-review" } });
    seed();
    expect(await tracker.move("1", { to: "In Review", from: "Todo" }, calm)).toBe("moved");
    expect(issueAt(stage, ONE).labels).toEqual(["needs-review"]);
    expect((await tracker.states?.(calm))?.map(({ name }) => name)).toEqual(["Open", "Todo", "In Review", "Closed"]);
  });

  it("shows only issues with the labels of its scope, and works only on its own", async () => {
    const tracker = await start({ labels: ["Agent"], assignee: "alice" });
    seed();
    seed("Todo", 2);
    await as("alice", `POST ${R}/issues/2/labels`, { labels: ["agent"] });
    stage.fake.data.repos[0]?.labels.push({ id: 1, name: "Agent", color: "ededed", description: null });
    issueAt(stage, "acme/app#2").labels.push("Agent");
    expect(await tracker.issuesByStates(["Todo"], calm)).toMatchObject([{ id: "2", dispatchable: false }]);
    expect(await tracker.issuesByIds(["1"], calm)).toEqual([]);
    const made = await tracker.update?.("2", { owner: "alice", priority: 1, title: "Two" }, calm);
    expect(made).toMatchObject({ dispatchable: true, assigneeId: "alice", priority: 1, title: "Two", state: "Todo" });
    expect(await tracker.update?.("2", { priority: null, owner: null }, calm)).toMatchObject({
      priority: null,
      assigneeId: null,
    });
  });

  it.each(["#1", "1", "app#1", "ACME/app#1"])("knows the issue as %s", async (identifier) => {
    const tracker = await start();
    seed();
    expect(await tracker.issueByIdentifier(identifier, calm)).toMatchObject({ identifier: ONE });
    expect(await tracker.issueByIdentifier("other/app#1", calm)).toBeUndefined();
  });

  it("knows a blocker that was closed, also one that is not among the candidates", async () => {
    const tracker = await start();
    seedIssues(stage, [
      { identifier: "ISS-1", title: "One", state: "Todo", blockedBy: ["ISS-2"] },
      { identifier: "ISS-2", title: "Two", state: "Todo" },
    ]);
    await tracker.move("2", { to: "Done", from: "Todo" }, calm);
    const [issue] = await tracker.issuesByStates(["Todo"], calm);
    expect(issue?.blockedBy).toEqual([{ id: "2", identifier: "acme/app#2", state: "Done" }]);
  });
});

describe("two machines", () => {
  it("that move an issue at once leave it in one state, and one of them hears of the conflict", async () => {
    await start();
    seed();
    const [here, there] = [await elsewhere(), await elsewhere()];
    const results = await Promise.all([
      here.move("1", { to: "Alpha", from: "Todo" }, calm),
      there.move("1", { to: "Beta", from: "Todo" }, calm),
    ]);
    const labels = issueAt(stage, ONE).labels.filter((label) => label.startsWith("status:"));
    expect(labels).toHaveLength(1);
    expect(results.filter((result) => result === "moved")).toHaveLength(1);
  });

  it("never hold the same issue, renew their own claim and take over one that has run out", async () => {
    await start();
    seed();
    const [here, there] = [await elsewhere(), await elsewhere("alice")];
    const soon = Date.now() + 60_000;
    const both = await Promise.all([
      here.claim?.("1", { owner: "host-a", expiresAt: soon }, calm),
      there.claim?.("1", { owner: "host-b", expiresAt: soon }, calm),
    ]);
    expect(both.map((result) => result?.kind).sort()).toEqual(["claimed", "held"]);
    const [winner, loser, owner] = both[0]?.kind === "claimed" ? [here, there, "host-a"] : [there, here, "host-b"];
    expect(await winner.claim?.("1", { owner, expiresAt: soon + 1 }, calm)).toEqual({ kind: "claimed" });
    expect(await loser.claim?.("1", { owner: "other", expiresAt: soon }, calm)).toEqual({
      kind: "held",
      owner,
      expiresAt: soon + 1,
    });
    await loser.release?.("1", "other", calm);
    expect(stage.fake.data.comments).toHaveLength(1);
    await winner.release?.("1", owner, calm);
    expect(stage.fake.data.comments).toEqual([]);
    expect(await winner.claim?.("1", { owner, expiresAt: Date.now() - 1 }, calm)).toEqual({ kind: "claimed" });
    expect(await loser.claim?.("1", { owner: "late", expiresAt: soon }, calm)).toEqual({ kind: "claimed" });
  });

  it("do not believe a claim that a stranger wrote", async () => {
    const tracker = await start();
    seed();
    const body = `<!-- maestro-claim owner=evil until=${Date.now() + 60_000} -->`;
    await as("stranger", `POST ${R}/issues/1/comments`, { body });
    const claim = { owner: "host", expiresAt: Date.now() + 60_000 };
    expect(await tracker.claim?.("1", claim, calm)).toEqual({ kind: "claimed" });
  });
});

describe("comments", () => {
  it("are believed by who wrote them: a copied mark is only text", async () => {
    const tracker = await start();
    seed();
    const mark = "Mine now\n\n<!-- maestro topic=workpad author=maestro -->";
    await as("stranger", `POST ${R}/issues/1/comments`, { body: mark });
    const id = await tracker.ensureComment("1", "workpad", "Plan", "maestro", calm);
    await tracker.comment("1", "Hello", "carol", calm);
    const comments = await tracker.comments("1", null, calm);
    expect(comments.map(({ author, topic, trust, body }) => [author, topic, trust, body])).toEqual([
      ["stranger", null, "outsider", mark],
      ["maestro", "workpad", "self", "Plan"],
      ["carol", null, "self", "Hello"],
    ]);
    expect(comments[1]?.id).toBe(id);
    expect(stage.fake.data.comments[2]?.body).toMatch(/^\*\*carol:\*\*\n\nHello\n\n<!-- /);
  });

  it("on a topic come together again when two machines made one each", async () => {
    const tracker = await start();
    seed();
    const first = await tracker.ensureComment("1", "workpad", "Plan", "maestro", calm);
    const [kept] = stage.fake.data.comments;
    if (kept !== undefined) stage.fake.data.comments.push({ ...kept, id: kept.id + 500 });
    expect(await tracker.ensureComment("1", "workpad", "New plan", "maestro", calm)).toBe(first);
    expect(stage.fake.data.comments.map(({ id }) => String(id))).toEqual([first]);
  });
});

describe("links", () => {
  const draft = { title: "Later", description: "Why.", state: "Done", labels: ["b"], priority: 2, blockedBy: [ONE] };
  const CREATE = "POST /repos/{owner}/{repo}/issues";
  const BLOCK = "POST /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by";

  it("to a follow-up make one, also when it was made only in part", async () => {
    const tracker = await start();
    seed();
    const ask = () => tracker.ensureFollowUp?.("1", "later", draft, calm);
    for (const operation of [CREATE, BLOCK]) {
      stage.fake.server.faults.add({ kind: "drop_after", operation });
      await expect(ask()).rejects.toMatchObject({ code: "tracker_request" });
    }
    const made = await ask();
    expect(made).toMatchObject({ identifier: "acme/app#2", state: "Done", priority: 2, labels: ["b"] });
    expect(made?.blockedBy).toMatchObject([{ identifier: ONE }]);
    expect(made?.description).toMatch(/^Why\.\n\nFollows from #1\./);
    expect((await ask())?.id).toBe("2");
    const other = await tracker.ensureFollowUp?.("1", "sooner", { ...draft, state: "Todo", blockedBy: [] }, calm);
    expect(other?.id).toBe("3");
    expect(stage.fake.data.issues).toHaveLength(3);
  });

  it("between issues are GitHub's own", async () => {
    const tracker = await start();
    seedIssues(stage, [
      { identifier: "ISS-1", title: "One", state: "Todo", blockedBy: ["ISS-2"] },
      { identifier: "ISS-2", title: "Two", state: "In Progress" },
      { identifier: "ISS-3", title: "Three", state: "Done" },
    ]);
    await as("alice", `POST ${R}/issues/1/sub_issues`, { sub_issue_id: issueAt(stage, "acme/app#3").id });
    expect(await tracker.relations?.("1", calm)).toEqual([
      { kind: "blocked_by", issueId: "2", identifier: "acme/app#2", state: "In Progress" },
      { kind: "child", issueId: "3", identifier: "acme/app#3", state: "Done" },
    ]);
    expect(await tracker.relations?.("3", calm)).toMatchObject([{ kind: "parent", issueId: "1" }]);
    expect(await tracker.relations?.("2", calm)).toMatchObject([{ kind: "blocks", issueId: "1" }]);
  });

  it("to addresses are one comment each", async () => {
    const tracker = await start();
    seed();
    const url = "https://github.com/acme/app/pull/9";
    await tracker.attach?.("1", { url, title: "#9 [wip]", kind: "change" }, calm);
    await tracker.attach?.("1", { url, title: "#9 Ready", kind: "change" }, calm);
    expect(await tracker.comments("1", null, calm)).toMatchObject([
      { topic: `link ${url}`, body: `Change: [#9 Ready](<${url}>)` },
    ]);
  });
});

describe("a poll", () => {
  it("of a board that did not change is one request that costs nothing", async () => {
    const tracker = await start();
    for (let number = 1; number <= 20; number += 1) seed("Todo", number);
    await tracker.issuesByStates(["Todo", "In Progress"], calm);
    const before = stage.fake.server.log.calls.length;
    expect(await tracker.issuesByStates(["Todo", "In Progress"], calm)).toHaveLength(20);
    expect(stage.fake.server.log.calls.slice(before).map(({ status }) => status)).toEqual([304]);
    expect(tracker.budget?.()).toMatchObject({ limit: 5_000, spent: expect.any(Number) });
  });

  it("that loses a page is an error, never a shorter board", async () => {
    const tracker = await start();
    for (let number = 1; number <= 120; number += 1) seed("Todo", number);
    const list = "GET /repos/{owner}/{repo}/issues";
    stage.fake.server.faults.add({ kind: "status", operation: list, skip: 1, times: 3 });
    await expect(tracker.issuesByStates(["Todo"], calm)).rejects.toMatchObject({
      code: "tracker_status",
      retryable: true,
    });
    stage.fake.server.faults.add({ kind: "partial", operation: list, keep: 50 });
    expect(await tracker.issuesByStates(["Todo"], calm)).toHaveLength(120);
  });
});

it("takes webhooks about issues by their signature", async () => {
  const tracker = await start({ webhook_secret: "hook-secret" });
  const body = Buffer.from(JSON.stringify({ action: "labeled", issue: { number: 4 } }));
  const signature = `sha256=${createHmac("sha256", "hook-secret").update(body).digest("hex")}`;
  const headers = { "x-github-delivery": "abc", "x-hub-signature-256": signature };
  expect(tracker.readDelivery?.({ body, headers, receivedAt: 0 })).toEqual({ ok: true, id: "abc", subjects: ["4"] });
  expect(tracker.capabilities.webhooks).toBe(true);
});

it("says at its health question that it may not write", async () => {
  await start();
  const stranger = await githubTracker.open(stage.options("stranger"), stage.context);
  await expect(stranger.health(calm)).rejects.toMatchObject({ code: "tracker_auth", facts: { permission: "READ" } });
});
