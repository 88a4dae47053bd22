import type { Forge } from "../forge.ts";
import { type CallOptions, isUnknownEffect } from "../outside.ts";
import { check, equal, throwsCode } from "./case.ts";
import { calmly, changeNow, codeOf, type ForgeCase, withBranch, withOpenChange } from "./forge-harness.ts";

const REVIEW = { author: "alice", decision: "approved", body: "Good." } as const;

/** What every forge does when something goes wrong, and what it remembers. */
export const FORGE_FAULT_CASES: readonly ForgeCase[] = [
  {
    name: "names an unknown change with forge_not_found in every verb that speaks of one",
    async run(harness) {
      const forge = await harness.open();
      const draft = await withBranch(harness);
      for (const id of ["99", "../../1", "1.json", ""]) {
        for (const ask of changeVerbs(forge, id, draft.headSha, calmly)) await throwsCode("forge_not_found", ask);
      }
    },
  },
  {
    name: "does nothing once the signal is aborted",
    async run(harness) {
      const { forge, change, draft } = await withOpenChange(harness);
      const options = { signal: AbortSignal.abort() };
      const two = await withBranch(harness, "work/two");
      const calls = [
        () => forge.branchHead(draft.branch, options),
        () => forge.ensureChange(two, options),
        () => forge.findChange(draft.branch, options),
        () => forge.changesByIds([change.id], options),
        () => forge.list({ state: null }, options),
        ...changeVerbs(forge, change.id, draft.headSha, options),
        () => forge.deleteBranch(draft.branch, null, options),
        () => forge.health(options),
      ];
      for (const call of calls) await throwsCode("aborted", call);
      equal(await forge.list({ state: null }, calmly), [change], "changes");
    },
  },
  {
    name: "fails every read when it is out of reach, and never answers with nothing",
    async run(harness) {
      const { forge, change, draft } = await withOpenChange(harness);
      await harness.sever();
      const reads = [
        () => forge.branchHead(draft.branch, calmly),
        () => forge.findChange(draft.branch, calmly),
        () => forge.changesByIds([change.id], calmly),
        () => forge.list({ state: null }, calmly),
        () => forge.diff(change.id, calmly),
        () => forge.health(calmly),
      ];
      for (const read of reads) {
        const code = await codeOf(read);
        check(code?.startsWith("forge_") === true, `a read out of reach throws a forge_ code, got ${code}`);
      }
    },
  },
  {
    name: "makes one change when the first answer was lost",
    needs: ["faults"],
    async run(harness) {
      const forge = await harness.open();
      const draft = await withBranch(harness);
      await harness.failNext?.("ensureChange", "lost_request");
      await throwsUnknown(() => forge.ensureChange(draft, calmly));
      equal(await forge.findChange(draft.branch, calmly), undefined, "the change after a lost request");
      await harness.failNext?.("ensureChange", "lost_answer");
      await throwsUnknown(() => forge.ensureChange(draft, calmly));
      const found = await forge.findChange(draft.branch, calmly);
      check(found !== undefined, "the change is there after a lost answer");
      equal((await forge.ensureChange(draft, calmly)).id, found.id, "id when it is asked for again");
      equal((await forge.list({ state: null }, calmly)).length, 1, "number of changes");
    },
  },
  {
    name: "does once what is asked again after a lost answer",
    needs: ["faults"],
    async run(harness) {
      const { forge, change, draft } = await withOpenChange(harness);
      const { headSha } = draft;
      const tests = { name: "tests", headSha, passed: true, summary: "" };
      const twice = async (verb: string, ask: () => Promise<unknown>): Promise<unknown> => {
        await harness.failNext?.(verb, "lost_answer");
        await throwsUnknown(ask);
        return ask();
      };
      await twice("review", () => forge.review(change.id, REVIEW, calmly));
      await twice("publishCheck", () => forge.publishCheck(change.id, tests, calmly));
      const { reviews, checks } = await changeNow(forge, change.id);
      equal([reviews.length, checks.length], [1, 1], "reviews and checks");
      const merge = await twice("merge", () => forge.merge(change.id, headSha, calmly));
      const base = await forge.branchHead(harness.base, calmly);
      equal(merge, { kind: "already", sha: base }, "the second merge");
      const deletion = await twice("deleteBranch", () => forge.deleteBranch(draft.branch, headSha, calmly));
      equal(deletion, "already", "the second deletion");
    },
  },
  {
    name: "has done nothing when it refused, and says so by the code",
    needs: ["faults"],
    async run(harness) {
      const { forge, change, draft } = await withOpenChange(harness);
      await harness.failNext?.("merge", "refused");
      const code = await codeOf(() => forge.merge(change.id, draft.headSha, calmly));
      check(code !== undefined && !isUnknownEffect({ code }), `a refusal leaves nothing open, got ${code}`);
      equal((await changeNow(forge, change.id)).state, "open", "state");
    },
  },
  {
    name: "shows what was before the last write when it answers stale, and the truth at the next question",
    needs: ["faults"],
    async run(harness) {
      const { forge, change, draft } = await withOpenChange(harness);
      await forge.merge(change.id, draft.headSha, calmly);
      await harness.failNext?.("changesByIds", "stale");
      equal((await changeNow(forge, change.id)).state, "open", "state in a stale answer");
      equal((await changeNow(forge, change.id)).state, "merged", "state at the next question");
      await harness.failNext?.("branchHead", "stale");
      const stale = await forge.branchHead(harness.base, calmly);
      check(stale !== (await forge.branchHead(harness.base, calmly)), "a stale head is not the present one");
    },
  },
  {
    name: "answers with snapshots that later changes do not reach",
    async run(harness) {
      const { forge, change, draft } = await withOpenChange(harness);
      const before = structuredClone(change);
      await forge.comment(change.id, "alice", "A remark", calmly);
      await forge.merge(change.id, draft.headSha, calmly);
      equal(change, before, "an earlier answer");
    },
  },
  {
    name: "remembers everything when it is opened again",
    needs: ["persistence"],
    async run(harness) {
      const { forge, change: one } = await withOpenChange(harness, "work/one");
      const { change: two, draft } = await withOpenChange(harness, "work/two");
      await forge.review(two.id, REVIEW, calmly);
      await forge.comment(two.id, "bob", "Hm.", calmly);
      await forge.publishCheck(two.id, { name: "tests", headSha: two.headSha, passed: false, summary: "x" }, calmly);
      await forge.merge(one.id, one.headSha, calmly);
      const before = await forge.list({ state: null }, calmly);
      const again = await harness.reopen();
      equal(await again.list({ state: null }, calmly), before, "changes");
      equal((await again.ensureChange(draft, calmly)).id, two.id, "the open change");
      const third = await again.ensureChange(await withBranch(harness, "work/three"), calmly);
      check(![one.id, two.id].includes(third.id), "an id is not given twice");
    },
  },
  {
    name: "hints that something changed, until it is told to stop",
    needs: ["watch"],
    async run(harness) {
      const { forge, change } = await withOpenChange(harness);
      const other = await harness.open();
      let hints = 0;
      const stop = forge.watch(() => {
        hints += 1;
      });
      for (let round = 0; round < 100 && hints === 0; round += 1) {
        await other.comment(change.id, "alice", `Round ${round}`, calmly);
        await harness.pause();
      }
      check(hints > 0, "a hint comes after a change");
      stop();
      const before = hints;
      await other.comment(change.id, "alice", "Unseen", calmly);
      await harness.pause();
      equal(hints, before, "hints after stopping");
    },
  },
  {
    name: "answers a health question, and is disposed of twice without harm",
    async run(harness) {
      const forge = await harness.open();
      await forge.health(calmly);
      forge.watch(() => undefined);
      await forge.dispose();
      await forge.dispose();
    },
  },
];

/** Every verb that speaks of one change. */
function changeVerbs(forge: Forge, id: string, headSha: string, options: CallOptions): (() => Promise<unknown>)[] {
  return [
    () => forge.diff(id, options),
    () => forge.review(id, REVIEW, options),
    () => forge.comment(id, "alice", "text", options),
    () => forge.publishCheck(id, { name: "tests", headSha, passed: true, summary: "" }, options),
    () => forge.merge(id, headSha, options),
    () => forge.close(id, options),
  ];
}

async function throwsUnknown(work: () => Promise<unknown>): Promise<void> {
  const code = await codeOf(work);
  check(code !== undefined && isUnknownEffect({ code }), `the effect is unknown, got ${code}`);
}
