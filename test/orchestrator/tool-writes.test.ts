import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLog } from "../../src/base/log.ts";
import { isUnknownEffect } from "../../src/contracts/outside.ts";
import type { Forge } from "../../src/contracts/forge.ts";
import type { Tracker } from "../../src/contracts/tracker.ts";
import type { Change } from "../../src/model/change.ts";
import type { Event } from "../../src/model/events/index.ts";
import type { Intent, OutboxRow } from "../../src/model/outbox.ts";
import { OutsideWriter } from "../../src/orchestrator/outside-writer.ts";
import { carryOut, type OpenRecord, openRecord } from "../../src/record/index.ts";
import { githubForge } from "../../src/forges/github/index.ts";
import { githubTracker } from "../../src/trackers/github/index.ts";
import { type GithubStage, githubStage } from "../forges/github/stage.ts";
import { laneOf } from "../policy/facts.ts";
import { ask, seedIssues } from "../trackers/github/harness.ts";

const R = "/repos/acme/app";
const ISSUE = "/repos/{owner}/{repo}/issues";
const PULL = "/repos/{owner}/{repo}/pulls/{pull_number}";
const SIGNAL = new AbortController().signal;
const ATTACHED = "https://example.invalid/design";

let stage: GithubStage;
let open: OpenRecord;
let tracker: Tracker;
let forge: Forge;
let change: Change;
beforeEach(async () => {
  stage = await githubStage();
  const { context, clock, fake } = stage;
  seedIssues(stage, [{ identifier: "ISS-1", title: "Greet", state: "Todo" }]);
  const settings = { ...stage.options(), label: undefined };
  const written = JSON.parse(JSON.stringify(settings));
  tracker = await githubTracker.open(githubTracker.parseOptions(written), context);
  forge = await githubForge.open(githubForge.parseOptions(written), context);
  const by = { name: "Maestro", email: "maestro@localhost", at: 1_700_000_000 };
  const headSha = fake.git("acme", "app").commitFiles("maestro/1", "Greet", { "a.txt": "hello\n" }, by, "main");
  const draft = { branch: "maestro/1", base: "main", headSha, title: "Greet", body: "Hello.", draft: true };
  change = await forge.ensureChange(draft, { signal: SIGNAL });
  const comments = [{ path: "a.txt", line: 1, side: "RIGHT", body: "Louder?" }];
  await ask(stage, "alice", `POST ${R}/pulls/${change.id}/reviews`, { event: "COMMENT", body: "", comments });
  change = (await forge.changesByIds([change.id], { signal: SIGNAL }))[0] ?? change;
  const { secrets } = context;
  open = await openRecord({ file: ":memory:", workflowId: "demo-00000000", clock, log: silentLog, secrets });
  const { issue, ordinal, profile, workflowHash, machine, workspaceKey, reason } = laneOf();
  const data = { issue, ordinal, profile, workflowHash, machine, workspaceKey, branch: "maestro/1", reason };
  await append({ type: "lane_opened", data });
});
afterEach(async () => {
  await open.close();
  await tracker.close();
  await stage.dispose();
});

function append(event: Event) {
  const scope = { workflowId: "demo-00000000", laneId: "lane-1", run: null, fence: null };
  return open.record.transact((tx) => tx.append([{ ...scope, event }]));
}

/** Sends a write whose first answer gets lost, and goes on until it is settled. */
async function settle(intent: Intent, ...operations: readonly string[]): Promise<OutboxRow> {
  const { server } = stage.fake;
  for (const operation of operations) server.faults.add({ kind: "drop_after", operation });
  const key = `lane-1/${intent.kind}/test/1`;
  await append({ type: "outbox_planned", data: { key, fence: 0, intent, dueAt: 0 } });
  const outside = { tracker: () => tracker, forge: () => forge };
  const writer = new OutsideWriter({ outside, record: open.record }, laneOf());
  const read = async (): Promise<OutboxRow> => {
    const row = await open.record.transact((tx) => tx.outboxRow(key));
    if (row === undefined) throw new Error("the row is gone");
    return row;
  };
  const states: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    const row = await read();
    if (row.state === "done" || row.state === "refused") {
      // A lost answer leaves it open whether anything happened: only then is it looked up.
      if (operations.length > 0) expect(states).toContain("unknown");
      return row;
    }
    await carryOut({
      ...{ record: open.record, row, clock: stage.clock, retryDelayMs: () => 0 },
      scope: { workflowId: "demo-00000000", laneId: "lane-1", fence: null },
      send: () => writer.send(intent, SIGNAL),
      lookUp: () => writer.lookUp(intent, SIGNAL),
      isUnknown: isUnknownEffect,
    });
    states.push((await read()).state);
  }
  throw new Error(`not settled: ${states.join(", ")}`);
}

const issue = () => stage.fake.data.issues.find(({ number }) => number === 1);
const said = (text: string) => stage.fake.data.comments.filter(({ body }) => body.includes(text));

describe("a write that a tool asked for, whose answer got lost after it happened", () => {
  it("issue_comment: the workpad is there once", async () => {
    const intent = { kind: "issue_comment", issueId: "1", topic: "workpad", body: "Half done." } as const;
    expect(await settle(intent, `POST ${ISSUE}/{issue_number}/comments`)).toMatchObject({ state: "done" });
    expect(said("Half done.")).toHaveLength(1);
  });

  it("issue_update: labels and priority are set once, and others stay", async () => {
    await tracker.label("1", { add: ["theirs"], remove: [] }, { signal: SIGNAL });
    const change = { priority: 2 };
    const intent = { kind: "issue_update", issueId: "1", change, addLabels: ["bug"], removeLabels: [] } as const;
    expect(await settle(intent, `POST ${ISSUE}/{issue_number}/labels`)).toMatchObject({ state: "done" });
    expect(issue()?.labels).toEqual(expect.arrayContaining(["bug", "theirs", "priority:2", "status:Todo"]));
    expect(issue()?.labels).toHaveLength(4);
  });

  it("issue_attach: there is one link", async () => {
    const intent = { kind: "issue_attach", issueId: "1", url: ATTACHED, title: "Design", link: "other" } as const;
    expect(await settle(intent, `POST ${ISSUE}/{issue_number}/comments`)).toMatchObject({ state: "done" });
    expect(said(ATTACHED)).toHaveLength(1);
  });

  it("issue_follow_up: there is one new issue", async () => {
    const draft = { title: "Say bye", description: null, state: "Backlog", labels: [], priority: null, blockedBy: [] };
    const intent = { kind: "issue_follow_up", issueId: "1", key: "bye", ...draft } as const;
    const row = await settle(intent, `POST ${ISSUE}`);
    const made = stage.fake.data.issues.filter(({ title }) => title === "Say bye");
    expect(made).toHaveLength(1);
    expect(row).toMatchObject({ state: "done", result: `acme/app#${made[0]?.number}` });
  });

  it("issue_move: the issue is moved, wholly", async () => {
    const move = { kind: "issue_move", issueId: "1", to: "In Progress", from: "Todo", byAgent: true } as const;
    expect(await settle(move, `POST ${ISSUE}/{issue_number}/labels`)).toMatchObject({ state: "done" });
    expect(issue()?.labels).toEqual(["status:In Progress"]);
  });

  it("change_comment: the words stand there once", async () => {
    const intent = { kind: "change_comment", changeId: change.id, body: "I mended it." } as const;
    expect(await settle(intent, `POST ${ISSUE}/{issue_number}/comments`)).toMatchObject({ state: "done" });
    expect(said("I mended it.")).toHaveLength(1);
  });

  it("change_reply: the thread has one answer and is resolved", async () => {
    const threadId = change.threads?.[0]?.id ?? "";
    const intent = { kind: "change_reply", changeId: change.id, threadId, body: "Louder now.", resolve: true } as const;
    const lost = ["mutation addPullRequestReviewThreadReply", "mutation resolveReviewThread"];
    expect(await settle(intent, ...lost)).toMatchObject({ state: "done" });
    const [now] = await forge.changesByIds([change.id], { signal: SIGNAL });
    expect(now?.threads).toMatchObject([{ resolved: true, comments: [{ author: "alice" }, { body: "Louder now." }] }]);
  });

  it("request_reviewers: they are asked", async () => {
    const intent = { kind: "request_reviewers", changeId: change.id, reviewers: ["bob"] } as const;
    expect(await settle(intent, `POST ${PULL}/requested_reviewers`)).toMatchObject({ state: "done", result: "bob" });
    expect(stage.fake.data.pulls[0]?.requestedReviewers).toEqual(["bob"]);
  });

  it("ensure_change: there is one change with the agent's words, a draft until the host wants it reviewed", async () => {
    const { headSha } = change;
    const wish = { kind: "ensure_change", branch: "maestro/1", base: "main", headSha } as const;
    const agent = { ...wish, title: "Greet loudly", body: "For #1", draft: true, byAgent: true } as const;
    expect(await settle(agent, `PATCH ${PULL}`)).toMatchObject({ state: "done", result: change.id });
    expect(stage.fake.data.pulls).toMatchObject([{ draft: true }]);
    expect(stage.fake.data.issues.find(({ isPull }) => isPull)?.title).toBe("Greet loudly");
    const [lane] = await open.record.views.openLanes();
    expect(lane?.branch).toMatchObject({ changeId: change.id });
  });

  it("ensure_change: what is wanted for review is made ready, also when that answer gets lost", async () => {
    const { headSha, title, body } = change;
    const wish = { kind: "ensure_change", branch: "maestro/1", base: "main", headSha, title, body } as const;
    expect(await settle(wish, "mutation markPullRequestReadyForReview")).toMatchObject({ state: "done" });
    expect(stage.fake.data.pulls).toMatchObject([{ draft: false }]);
    const evidence = await open.record.views.evidence("lane-1");
    const links = evidence.filter(({ kind }) => kind === "change_links");
    expect(links.at(-1)).toMatchObject({ witness: "forge", headSha, facts: { change_id: change.id, url: change.url } });
  });
});

it("an adapter that cannot do it refuses, and nothing is sent", async () => {
  forge = new Proxy(forge, {
    get: (target, name) => {
      const own: unknown = name === "requestReviewers" ? undefined : Reflect.get(target, name);
      return typeof own === "function" ? own.bind(target) : own;
    },
  });
  const intent = { kind: "request_reviewers", changeId: change.id, reviewers: ["bob"] } as const;
  expect(await settle(intent)).toMatchObject({
    state: "refused",
    result: expect.stringContaining("forge_unsupported"),
  });
});
