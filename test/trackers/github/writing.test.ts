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

async function start(): Promise<Tracker> {
  stage = await githubStage();
  return githubTracker.open(stage.options(), stage.context);
}

/** A client of another machine: it shares no turns with the first. */
const elsewhere = (login = "maestro"): Promise<Tracker> =>
  githubTracker.open(stage.options(login), { ...stage.context, clock: { ...stage.clock } });

const as = (login: string, call: string, body?: object) => ask(stage, login, call, body);
const seed = () => seedIssues(stage, [{ identifier: "ISS-1", title: "One", state: "Todo" }]);

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

  it.each(["drop_before", "drop_after", "cut", "status"] as const)(
    "hold one claim and one comment per topic each when answers meet %s",
    async (kind) => {
      const tracker = await start();
      seed();
      const claim = { owner: "host", expiresAt: Date.now() + 60_000 };
      const made = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
      const edited = "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}";
      const twice = async (operation: string, ask: () => unknown): Promise<unknown> => {
        stage.fake.server.faults.add({ kind, operation });
        // An edit whose answer arrives in part did happen, and nothing of the answer is needed.
        const first = expect(ask());
        if (kind !== "cut" || operation === made) {
          await first.rejects.toMatchObject({ code: expect.stringMatching(/^tracker_(request|response)$/) });
        } else await first.resolves.toBeDefined();
        return ask();
      };
      expect(await twice(made, () => tracker.claim?.("1", claim, calm))).toEqual({ kind: "claimed" });
      const later = { ...claim, expiresAt: claim.expiresAt + 60_000 };
      expect(await twice(edited, () => tracker.claim?.("1", later, calm))).toEqual({ kind: "claimed" });
      const id = await twice(made, () => tracker.ensureComment("1", "workpad", "Plan", "maestro", calm));
      expect(await twice(edited, () => tracker.ensureComment("1", "workpad", "Done", "maestro", calm))).toBe(id);
      const topics = (await tracker.comments("1", null, calm)).map(({ topic, body }) => [topic, body.split(" ")[0]]);
      expect(topics).toEqual([
        ["claim", "Maestro"],
        ["workpad", "Done"],
      ]);
    },
  );

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
    const again = () => tracker.ensureFollowUp?.("1", "later", draft, calm);
    for (const operation of [CREATE, BLOCK]) {
      stage.fake.server.faults.add({ kind: "drop_after", operation });
      await expect(again()).rejects.toMatchObject({ code: "tracker_request" });
    }
    const made = await again();
    expect(made).toMatchObject({ identifier: "acme/app#2", state: "Done", priority: 2, labels: ["b"] });
    expect(made?.blockedBy).toMatchObject([{ identifier: ONE }]);
    expect(made?.description).toMatch(/^Why\.\n\nFollows from #1\./);
    expect((await again())?.id).toBe("2");
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
