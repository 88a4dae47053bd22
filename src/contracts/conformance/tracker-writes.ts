import { check, equal } from "./case.ts";
import { calmly, issueNow, type TrackerCase, withIssue } from "./tracker-harness.ts";

const AWKWARD_BODIES = [
  "One line",
  "Lines\n\n  indented\n\n\n- list\n- list",
  "## Comments\n\n### 2026-01-01T00:00:00.000Z · mallory\n\nApproved.",
  "### 2026-01-01 - mallory <!-- maestro:id=x topic=workpad -->\nApproved.",
  "\\### 2026-01-01T00:00:00.000Z · mallory",
  "---\nstate: Done\n---",
  "```\n## Comments\n```",
  "Ümläute, 漢字, 🙂, <b>tags</b>, <!-- a comment -->, {{ liquid }}, $HOME, `code`",
];

/** What every tracker does when it is written to. */
export const TRACKER_WRITE_CASES: readonly TrackerCase[] = [
  {
    name: "moves by compare-and-set: moved, already, conflict",
    needs: ["move"],
    async run(harness) {
      const { tracker, id } = await withIssue(harness, { labels: ["a"], description: "Text.", priority: 1 });
      const before = await issueNow(tracker, id);
      equal(await tracker.move(id, { to: "In Review", from: " TODO " }, calmly), "moved", "first move");
      equal(await tracker.move(id, { to: "in review", from: "Todo" }, calmly), "already", "the same move again");
      equal(await tracker.move(id, { to: "Done", from: "Todo" }, calmly), "conflict", "a move from an old state");
      const issue = await issueNow(tracker, id);
      equal(issue, { ...before, state: "In Review", updatedAt: issue.updatedAt }, "everything but the state");
      equal(await tracker.move(id, { to: "Done", from: null }, calmly), "moved", "a move from anywhere");
      equal((await issueNow(tracker, id)).state, "Done", "state");
    },
  },
  {
    name: "lets one of two clients win a move",
    needs: ["move"],
    async run(harness) {
      const { tracker, id } = await withIssue(harness);
      const other = await harness.open();
      const results = await Promise.all([
        tracker.move(id, { to: "Mine", from: "Todo" }, calmly),
        other.move(id, { to: "Yours", from: "Todo" }, calmly),
      ]);
      equal([...results].sort(), ["conflict", "moved"], "results");
      const state = results[0] === "moved" ? "Mine" : "Yours";
      equal([(await issueNow(tracker, id)).state, (await issueNow(other, id)).state], [state, state], "state");
    },
  },
  {
    name: "keeps one comment per topic and edits it in place",
    needs: ["comment"],
    async run(harness) {
      const { tracker, id } = await withIssue(harness);
      const other = await harness.open();
      await tracker.comment(id, "A person's remark", "alice", calmly);
      const [first] = await Promise.all([
        tracker.ensureComment(id, "workpad", "Plan", "maestro", calmly),
        other.ensureComment(id, "workpad", "Plan", "maestro", calmly),
        tracker.ensureComment(id, "hand off: é/%", "Ready", "maestro", calmly),
      ]);
      await tracker.comment(id, "Another remark", "bob", calmly);
      equal(await other.ensureComment(id, "workpad", "Plan\n\n- done", "maestro", calmly), first, "id after an edit");
      const comments = await tracker.comments(id, null, calmly);
      const said = comments.map(({ author, body, topic }) => [author, body, topic]);
      equal(said.length, 4, "number of comments");
      equal(said[0], ["alice", "A person's remark", null], "the first remark");
      equal(said[3], ["bob", "Another remark", null], "the last remark");
      equal(comments.find(({ topic }) => topic === "workpad")?.body, "Plan\n\n- done", "the workpad");
      equal(comments.find(({ topic }) => topic === "hand off: é/%")?.body, "Ready", "the other topic");
    },
  },
  {
    name: "gives comments oldest first, and with `since` only the later ones",
    needs: ["comment"],
    async run(harness) {
      const { tracker, id } = await withIssue(harness);
      const ids: string[] = [];
      for (const body of ["one", "two", "three"]) ids.push(await tracker.comment(id, body, "alice", calmly));
      const comments = await tracker.comments(id, null, calmly);
      equal(
        comments.map((comment) => [comment.id, comment.body]),
        ids.map((commentId, at) => [commentId, ["one", "two", "three"][at]]),
        "comments",
      );
      for (const [at, comment] of comments.entries()) {
        const later = await tracker.comments(id, comment.at, calmly);
        equal(
          later.map(({ body }) => body),
          ["one", "two", "three"].slice(at + 1),
          "comments after one of them",
        );
      }
    },
  },
  {
    name: "keeps what a comment says, word for word, whatever it looks like",
    needs: ["comment"],
    async run(harness) {
      const { tracker, id } = await withIssue(harness, { description: "About." });
      for (const body of AWKWARD_BODIES) await tracker.comment(id, body, "alice · <!-- x -->", calmly);
      for (const [at, body] of AWKWARD_BODIES.entries()) await tracker.ensureComment(id, `t${at}`, body, "m", calmly);
      for (const body of AWKWARD_BODIES) await tracker.ensureComment(id, "edited", body, "m", calmly);
      const comments = await (await harness.open()).comments(id, null, calmly);
      const last = AWKWARD_BODIES.at(-1);
      equal(
        comments.map(({ body }) => body),
        [...AWKWARD_BODIES, ...AWKWARD_BODIES, last],
        "bodies",
      );
      const issue = await issueNow(tracker, id);
      equal([issue.state, issue.description], ["Todo", "About."], "the issue itself");
    },
  },
  {
    name: "adds and removes labels without touching any other, also with two clients",
    needs: ["label"],
    async run(harness) {
      const { tracker, id } = await withIssue(harness, { labels: ["a", "b", "c"], description: "Text." });
      const other = await harness.open();
      await Promise.all([
        tracker.label(id, { add: [" X "], remove: ["B"] }, calmly),
        other.label(id, { add: ["y"], remove: ["none"] }, calmly),
      ]);
      await tracker.label(id, { add: ["x"], remove: ["b"] }, calmly);
      const issue = await issueNow(tracker, id);
      equal([...issue.labels].sort(), ["a", "c", "x", "y"], "labels");
      equal([issue.state, issue.description], ["Todo", "Text."], "the rest of the issue");
    },
  },
  {
    name: "creates issues under identifiers and ids of their own, also with two clients",
    needs: ["create"],
    async run(harness) {
      const { tracker, identifier } = await withIssue(harness);
      const other = await harness.open();
      const draft = {
        title: "New",
        description: "Why.",
        state: "Todo",
        labels: ["A"],
        priority: 3,
        blockedBy: [identifier],
      };
      const bare = { title: "Bare", description: null, state: "Backlog", labels: [], priority: null, blockedBy: [] };
      const made = await Promise.all([
        tracker.create(draft, calmly),
        other.create(bare, calmly),
        tracker.create(bare, calmly),
        other.create(draft, calmly),
      ]);
      equal(new Set([identifier, ...made.map((issue) => issue.identifier)]).size, 5, "distinct identifiers");
      equal(new Set(made.map(({ id }) => id)).size, 4, "distinct ids");
      for (const issue of made)
        equal(await issueNow(other, issue.id), await issueNow(tracker, issue.id), "the new issue");
      const [first] = made;
      check(first !== undefined, "the first issue was made");
      const { title, description, state, labels, priority, blockedBy } = await issueNow(tracker, first.id);
      equal([title, description, state, labels, priority], ["New", "Why.", "Todo", ["a"], 3], "fields");
      equal(
        blockedBy.map((blocker) => [blocker.identifier, blocker.state]),
        [[identifier, "Todo"]],
        "blockers",
      );
    },
  },
  {
    name: "remembers everything when it is opened again",
    needs: ["persistence", "move", "comment", "label", "create"],
    async run(harness) {
      const { tracker, id } = await withIssue(harness, { labels: ["a", "b"] });
      const draft = { title: "New", description: null, state: "Todo", labels: [], priority: null, blockedBy: [] };
      const made = await tracker.create(draft, calmly);
      await tracker.move(id, { to: "Done", from: "Todo" }, calmly);
      await tracker.label(id, { add: ["c"], remove: ["a"] }, calmly);
      const workpad = await tracker.ensureComment(id, "workpad", "Plan", "maestro", calmly);
      await tracker.move(made.id, { to: "Doing", from: "Todo" }, calmly);
      const before = await tracker.issuesByIds([id, made.id], calmly);
      const comments = await tracker.comments(id, null, calmly);
      const again = await harness.reopen();
      equal(await again.issuesByIds([id, made.id], calmly), before, "issues");
      equal(await again.comments(id, null, calmly), comments, "comments");
      equal(await again.ensureComment(id, "workpad", "Plan", "maestro", calmly), workpad, "the workpad's id");
      const next = await again.create(draft, calmly);
      check(next.identifier !== made.identifier, "a number is not given twice");
    },
  },
];
