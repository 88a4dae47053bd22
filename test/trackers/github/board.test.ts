import { createHmac } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Tracker } from "../../../src/contracts/tracker.ts";
import { githubTracker } from "../../../src/trackers/github/index.ts";
import { type GithubStage, githubStage } from "../../forges/github/stage.ts";
import { ask, issueAt, seedIssues } from "./harness.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const calm = { signal: new AbortController().signal };
const R = "/repos/acme/app";
const ONE = "acme/app#1";

let stage: GithubStage;
afterEach(() => stage.dispose());

async function start(more: object = {}): Promise<Tracker> {
  stage = await githubStage();
  return githubTracker.open({ ...stage.options(), ...more }, stage.context);
}

const as = (login: string, call: string, body?: object) => ask(stage, login, call, body);
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

  it("does not reopen what a person closed, though the label of the wanted state is still there", async () => {
    const tracker = await start();
    seed("In Review");
    await as("alice", `PATCH ${R}/issues/1`, { state: "closed" });
    expect(await tracker.move("1", { to: "In Review", from: "Todo" }, calm)).toBe("conflict");
    expect(issueAt(stage, ONE)).toMatchObject({ state: "closed" });
    expect(await tracker.move("1", { to: "In Review", from: "Closed" }, calm)).toBe("moved");
    expect(issueAt(stage, ONE)).toMatchObject({ state: "open", labels: ["status:In Review"] });
  });

  it.each([
    ["Todo", "Done"],
    ["Done", "Alpha"],
    ["Done", "Todo"],
    ["Open", "Todo"],
  ])("ends a move from %s to %s that broke off after any of its writes", async (from, to) => {
    const tracker = await start();
    const writes = ["PATCH /repos/{owner}/{repo}/issues/{issue_number}"].concat(
      "POST /repos/{owner}/{repo}/issues/{issue_number}/labels",
      "DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}",
    );
    for (const [at, operation] of writes.entries()) {
      seed(from, at + 1);
      if (from === "Open") issueAt(stage, `acme/app#${at + 1}`).labels = [];
      stage.fake.server.faults.add({ kind: "drop_after", operation });
      const ask = () => tracker.move(String(at + 1), { to, from }, calm);
      const first = await ask().catch(() => "lost");
      if (first === "lost") expect(["moved", "already"]).toContain(await ask());
      stage.fake.server.faults.clear();
      expect(await tracker.issuesByIds([String(at + 1)], calm)).toMatchObject([{ state: to }]);
      const { state, labels } = issueAt(stage, `acme/app#${at + 1}`);
      expect([state, labels]).toEqual([to === "Done" ? "closed" : "open", [`status:${to}`]]);
    }
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

it("never takes a repository that is hidden for one whose issues are gone", async () => {
  const tracker = await start();
  seed();
  const repo = stage.fake.data.repos[0];
  if (repo !== undefined) Object.assign(repo, { private: true, collaborators: [] });
  await expect(tracker.issuesByIds(["1"], calm)).rejects.toMatchObject({ code: "tracker_auth" });
  await expect(tracker.issueByIdentifier(ONE, calm)).rejects.toMatchObject({ code: "tracker_auth" });
  await expect(tracker.issuesByStates(["Todo"], calm)).rejects.toMatchObject({ code: "tracker_not_found" });
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
