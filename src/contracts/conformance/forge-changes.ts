import { type Change, checkSummary, reviewDecision } from "../../model/change.ts";
import { check, equal, throwsCode } from "./case.ts";
import { calmly, changeNow, type ForgeCase, withBranch, withOpenChange } from "./forge-harness.ts";

const ids = (changes: readonly Change[]): string[] => changes.map(({ id }) => id);

/** What every forge does with changes, their reviews and their checks. */
export const FORGE_CHANGE_CASES: readonly ForgeCase[] = [
  {
    name: "knows where branches stand, and that there is no such branch",
    async run(harness) {
      const forge = await harness.open();
      equal(await forge.branchHead("work/one", calmly), undefined, "head of a branch that is not there");
      const first = await harness.push("work/one", { "a.txt": "1\n" });
      equal(await forge.branchHead("work/one", calmly), first, "head after a push");
      const second = await harness.push("work/one", { "a.txt": "2\n" });
      equal(await forge.branchHead("work/one", calmly), second, "head after another push");
      check((await forge.branchHead(harness.base, calmly)) !== undefined, "the base is there");
    },
  },
  {
    name: "makes a change that shows the pushed head, its text and its base",
    async run(harness) {
      const { forge, change, draft } = await withOpenChange(harness);
      const { title, body, branch, base, headSha, state, baseSha, mergedSha, mergeability } = change;
      equal({ title, body, branch, base, headSha }, draft, "what the draft says");
      equal([state, mergedSha, mergeability], ["open", null, "clean"], "a new change");
      equal(baseSha, await forge.branchHead(harness.base, calmly), "the base's tip");
      equal([change.reviews, change.comments, change.checks], [[], [], []], "nothing was said yet");
      equal(await changeNow(forge, change.id), change, "the change when it is read");
      equal(await forge.findChange(draft.branch, calmly), change, "the change of the branch");
    },
  },
  {
    name: "keeps one open change per branch: asking again finds it and brings its text up to date",
    async run(harness) {
      const { forge, change, draft } = await withOpenChange(harness);
      await forge.comment(change.id, "alice", "A remark", calmly);
      const again = await forge.ensureChange(draft, calmly);
      equal([again.id, again.comments.length], [change.id, 1], "the same change");
      const headSha = await harness.push(draft.branch, { "more.txt": "more\n" });
      const changed = await forge.ensureChange({ ...draft, headSha, title: "Better", body: "Now\n\nlonger." }, calmly);
      const { id, title, body, headSha: head } = changed;
      equal([id, title, body, head], [change.id, "Better", "Now\n\nlonger.", headSha], "the change after an edit");
      equal(ids(await forge.list({ state: null }, calmly)), [change.id], "changes there are");
    },
  },
  {
    name: "makes one change when two clients ask for it at once, and two for two branches",
    async run(harness) {
      const forge = await harness.open();
      const other = await harness.open();
      const one = await withBranch(harness, "work/one");
      const two = await withBranch(harness, "work/two");
      const made = await Promise.all([
        forge.ensureChange(one, calmly),
        other.ensureChange(one, calmly),
        forge.ensureChange(two, calmly),
        other.ensureChange(two, calmly),
      ]);
      equal([made[0]?.id, made[2]?.id], [made[1]?.id, made[3]?.id], "ids of the same branch");
      equal(new Set(ids(made)).size, 2, "number of changes");
      equal((await other.list({ state: null }, calmly)).length, 2, "number of changes listed");
    },
  },
  {
    name: "refuses a change whose branch stands elsewhere, and one that can be none",
    async run(harness) {
      const forge = await harness.open();
      const draft = await withBranch(harness);
      const headSha = await harness.push(draft.branch, { "more.txt": "more\n" });
      await throwsCode("forge_conflict", () => forge.ensureChange(draft, calmly));
      await throwsCode("forge_conflict", () => forge.ensureChange({ ...draft, branch: "work/none" }, calmly));
      await throwsCode("forge_status", () => forge.ensureChange({ ...draft, headSha, title: " " }, calmly));
      await throwsCode("forge_status", () => forge.ensureChange({ ...draft, headSha, branch: draft.base }, calmly));
      equal(await forge.list({ state: null }, calmly), [], "changes there are");
      equal(await forge.findChange(draft.branch, calmly), undefined, "the change of the branch");
    },
  },
  {
    name: "follows the branch while the change is open, and counts reviews for the head they saw",
    async run(harness) {
      const { forge, change, draft } = await withOpenChange(harness);
      await forge.review(change.id, { author: "alice", decision: "approved", body: "Good." }, calmly);
      const approved = await changeNow(forge, change.id);
      equal(reviewDecision(approved), "approved", "decision");
      equal(approved.reviews[0]?.headSha, draft.headSha, "head of the review");
      const head = await harness.push(draft.branch, { "more.txt": "more\n" });
      const pushed = await changeNow(forge, change.id);
      equal([pushed.headSha, pushed.reviews.length, reviewDecision(pushed)], [head, 1, "none"], "after a push");
      await forge.review(change.id, { author: "bob", decision: "changes_requested", body: "No." }, calmly);
      equal(reviewDecision(await changeNow(forge, change.id)), "changes_requested", "decision on the new head");
    },
  },
  {
    name: "keeps reviews newest last, the same one of the same head once",
    async run(harness) {
      const { forge, change } = await withOpenChange(harness);
      const no = { author: "alice", decision: "changes_requested", body: "Rename it." } as const;
      const yes = { author: "alice", decision: "approved", body: "Now it is good: 漢字, <b>, `x`\n\n- a" } as const;
      await forge.review(change.id, no, calmly);
      await forge.review(change.id, no, calmly);
      await forge.review(change.id, { author: "bob", decision: "commented", body: "Hm." }, calmly);
      await forge.review(change.id, yes, calmly);
      await forge.review(change.id, yes, calmly);
      const { reviews, ...rest } = await changeNow(forge, change.id);
      equal(
        reviews.map(({ author, decision, body }) => [author, decision, body]),
        [
          ["alice", "changes_requested", "Rename it."],
          ["bob", "commented", "Hm."],
          ["alice", "approved", yes.body],
        ],
        "reviews",
      );
      equal(new Set(reviews.map(({ id }) => id)).size, 3, "distinct ids");
      equal(reviewDecision({ ...rest, reviews }), "approved", "the last word counts");
    },
  },
  {
    name: "sets one result per check and head",
    async run(harness) {
      const { forge, change, draft } = await withOpenChange(harness);
      const publish = (name: string, headSha: string, passed: boolean, summary: string): Promise<void> =>
        forge.publishCheck(change.id, { name, headSha, passed, summary }, calmly);
      await publish("tests", draft.headSha, false, "2 failed");
      await publish("lint", draft.headSha, true, "");
      equal(checkSummary(await changeNow(forge, change.id)), "failed", "checks with a failed one");
      await publish("tests", draft.headSha, true, "all passed");
      await publish("tests", draft.headSha, true, "all passed");
      const mended = await changeNow(forge, change.id);
      equal(checkSummary(mended), "passed", "checks after a second run");
      equal(mended.checks.length, 2, "number of checks");
      const head = await harness.push(draft.branch, { "more.txt": "more\n" });
      equal(checkSummary(await changeNow(forge, change.id)), "none", "checks of a new head");
      await publish("tests", head, false, "1 failed");
      const { checks } = await changeNow(forge, change.id);
      equal(
        checks.filter(({ headSha }) => headSha === head).map(({ name, status, summary }) => [name, status, summary]),
        [["tests", "failed", "1 failed"]],
        "checks of the present head",
      );
    },
  },
  {
    name: "still shows the checks of earlier heads",
    needs: ["old_checks"],
    async run(harness) {
      const { forge, change, draft } = await withOpenChange(harness);
      const publish = (headSha: string, passed: boolean): Promise<void> =>
        forge.publishCheck(change.id, { name: "tests", headSha, passed, summary: "" }, calmly);
      await publish(draft.headSha, true);
      const head = await harness.push(draft.branch, { "more.txt": "more\n" });
      await publish(head, false);
      const { checks } = await changeNow(forge, change.id);
      equal(
        checks.map(({ headSha, status }) => [headSha, status]),
        [
          [draft.headSha, "passed"],
          [head, "failed"],
        ],
        "checks",
      );
    },
  },
  {
    name: "keeps comments word for word, newest last, also with two clients",
    async run(harness) {
      const { forge, change } = await withOpenChange(harness);
      const other = await harness.open();
      const bodies = ["One", "Lines\n\n  indented\n", "Ümläute, 漢字, 🙂, <!-- x -->, {{ liquid }}"];
      const made: string[] = [];
      for (const body of bodies) made.push(await forge.comment(change.id, "alice · x", body, calmly));
      const { comments } = await changeNow(other, change.id);
      equal(
        comments.map(({ id, author, body, topic }) => [id, author, body, topic]),
        bodies.map((body, at) => [made[at], "alice · x", body, null]),
        "comments",
      );
      await Promise.all([forge, other, forge, other].map((client) => client.comment(change.id, "b", "+1", calmly)));
      equal((await changeNow(forge, change.id)).comments.length, 7, "number of comments");
    },
  },
  {
    name: "keeps a comment that says nothing",
    needs: ["blank_comments"],
    async run(harness) {
      const { forge, change } = await withOpenChange(harness);
      const id = await forge.comment(change.id, "alice", "", calmly);
      const { comments } = await changeNow(forge, change.id);
      equal(
        comments.map((comment) => [comment.id, comment.body]),
        [[id, ""]],
        "comments",
      );
    },
  },
  {
    name: "takes ids as a set: each once, unknown ones left out; [] asks nothing",
    async run(harness) {
      const { forge, change } = await withOpenChange(harness);
      const unknown = ["0", "99", "-1", "../1", "", "1.json"];
      equal(ids(await forge.changesByIds([change.id, ...unknown, change.id], calmly)), [change.id], "ids");
      await harness.sever();
      equal(await forge.changesByIds([], calmly), [], "no ids");
    },
  },
  {
    name: "lists all changes, or all of a state, however many there are",
    async run(harness) {
      const forge = await harness.open();
      const made: Change[] = [];
      for (let at = 1; at <= 7; at += 1) {
        made.push(await forge.ensureChange(await withBranch(harness, `work/${at}`), calmly));
      }
      const [first, second] = made;
      check(first !== undefined && second !== undefined, "changes were made");
      await forge.close(first.id, calmly);
      await forge.merge(second.id, second.headSha, calmly);
      const listed = async (state: Change["state"] | null): Promise<string[]> =>
        ids(await forge.list({ state }, calmly)).sort();
      equal(await listed(null), ids(made).sort(), "all changes");
      equal(await listed("closed"), [first.id], "closed changes");
      equal(await listed("merged"), [second.id], "merged changes");
      equal(await listed("open"), ids(made.slice(2)).sort(), "open changes");
    },
  },
  {
    name: "closes once; the branch's next change is another one, and the newest is found",
    async run(harness) {
      const { forge, change, draft } = await withOpenChange(harness);
      await forge.close(change.id, calmly);
      await forge.close(change.id, calmly);
      equal((await changeNow(forge, change.id)).state, "closed", "state");
      const next = await forge.ensureChange(draft, calmly);
      check(next.id !== change.id, "a closed change is not taken up again");
      equal((await forge.findChange(draft.branch, calmly))?.id, next.id, "the change of the branch");
      const review = { author: "alice", decision: "approved", body: "" } as const;
      await throwsCode("forge_conflict", () => forge.review(change.id, review, calmly));
      equal((await changeNow(forge, change.id)).reviews, [], "reviews of the closed change");
    },
  },
  {
    name: "shows what a branch brings as a unified diff, without what the base got meanwhile",
    needs: ["content"],
    async run(harness) {
      const { forge, change, draft } = await withOpenChange(harness);
      await harness.push(harness.base, { "elsewhere.txt": "not ours\n" });
      const open = await forge.diff(change.id, calmly);
      check(/^\+new$/m.test(open) && /^\+\+\+ b\/work-one\.txt$/m.test(open), `the diff shows the file: ${open}`);
      check(!open.includes("elsewhere"), `the diff shows the branch only: ${open}`);
      await forge.merge(change.id, draft.headSha, calmly);
      await forge.deleteBranch(draft.branch, draft.headSha, calmly);
      equal(await forge.diff(change.id, calmly), open, "the diff of the merged change");
    },
  },
];
