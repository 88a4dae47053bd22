import { check, equal, throwsCode } from "./case.ts";
import { calmly, changeNow, type ForgeCase, withOpenChange } from "./forge-harness.ts";

/** What every forge does when it merges and when it deletes branches. */
export const FORGE_MERGE_CASES: readonly ForgeCase[] = [
  {
    name: "merges exactly the expected head, moves the base, and answers `already` with the same commit",
    async run(harness) {
      const { forge, change, draft } = await withOpenChange(harness);
      const before = await forge.branchHead(harness.base, calmly);
      const result = await forge.merge(change.id, draft.headSha, calmly);
      check(result.kind === "merged", `the merge happened: ${JSON.stringify(result)}`);
      check(result.sha !== before, "the base moved");
      equal(await forge.branchHead(harness.base, calmly), result.sha, "the base's tip");
      const merged = await changeNow(forge, change.id);
      equal(
        [merged.state, merged.mergedSha, merged.headSha],
        ["merged", result.sha, draft.headSha],
        "the merged change",
      );
      const again = await forge.merge(change.id, draft.headSha, calmly);
      equal(again, { kind: "already", sha: result.sha }, "the second merge");
      equal(await forge.branchHead(harness.base, calmly), result.sha, "the base's tip after it");
      await throwsCode("forge_conflict", () => forge.close(change.id, calmly));
    },
  },
  {
    name: "refuses to merge another head than the expected one: nothing happens",
    async run(harness) {
      const { forge, change, draft } = await withOpenChange(harness);
      const base = await forge.branchHead(harness.base, calmly);
      const head = await harness.push(draft.branch, { "more.txt": "more\n" });
      const result = await forge.merge(change.id, draft.headSha, calmly);
      check(result.kind === "refused" && result.code === "head_moved", `head_moved, got ${JSON.stringify(result)}`);
      check(result.sentence !== "", "a refusal has a sentence");
      const { state, headSha } = await changeNow(forge, change.id);
      equal([state, headSha, await forge.branchHead(harness.base, calmly)], ["open", head, base], "what is there");
      equal((await forge.merge(change.id, head, calmly)).kind, "merged", "merge of the new head");
      const late = await forge.merge(change.id, draft.headSha, calmly);
      check(late.kind === "refused" && late.code === "head_moved", `head_moved, got ${JSON.stringify(late)}`);
    },
  },
  {
    name: "refuses to merge what conflicts or is closed: nothing happens",
    async run(harness) {
      const { forge, change, draft } = await withOpenChange(harness);
      await harness.makeConflict(change);
      const base = await forge.branchHead(harness.base, calmly);
      equal((await changeNow(forge, change.id)).mergeability, "conflict", "mergeability");
      const conflict = await forge.merge(change.id, draft.headSha, calmly);
      check(conflict.kind === "refused" && conflict.code === "conflict", `conflict, got ${JSON.stringify(conflict)}`);
      equal((await changeNow(forge, change.id)).state, "open", "state after the conflict");
      await forge.close(change.id, calmly);
      const closed = await forge.merge(change.id, draft.headSha, calmly);
      check(closed.kind === "refused" && closed.code === "closed", `closed, got ${JSON.stringify(closed)}`);
      equal((await changeNow(forge, change.id)).state, "closed", "state");
      equal(await forge.branchHead(harness.base, calmly), base, "the base's tip");
    },
  },
  {
    name: "merges once when two clients ask at once, and loses neither of two changes",
    async run(harness) {
      const { forge, change: one } = await withOpenChange(harness, "work/one");
      const { change: two } = await withOpenChange(harness, "work/two");
      const other = await harness.open();
      const results = await Promise.all([
        forge.merge(one.id, one.headSha, calmly),
        other.merge(one.id, one.headSha, calmly),
        forge.merge(two.id, two.headSha, calmly),
        other.merge(two.id, two.headSha, calmly),
      ]);
      const kinds = results.map(({ kind }) => kind);
      equal([kinds.slice(0, 2).sort(), kinds.slice(2).sort()], Array(2).fill(["already", "merged"]), "results");
      const shas = results.map((result) => (result.kind === "refused" ? "" : result.sha));
      equal([shas[0], shas[2]], [shas[1], shas[3]], "the commits");
      check(shas[0] !== shas[2], "each change has its own merge");
      check(shas.includes((await forge.branchHead(harness.base, calmly)) ?? ""), "the base stands at one of them");
    },
  },
  {
    name: "still knows a merged change when its branch is gone or used again",
    async run(harness) {
      const { forge, change, draft } = await withOpenChange(harness);
      await forge.merge(change.id, draft.headSha, calmly);
      const merged = await changeNow(forge, change.id);
      equal(await forge.deleteBranch(draft.branch, draft.headSha, calmly), "deleted", "deletion");
      equal(await changeNow(forge, change.id), merged, "the change without its branch");
      equal((await forge.findChange(draft.branch, calmly))?.id, change.id, "the change of the branch");
      const again = { kind: "already", sha: merged.mergedSha };
      equal(await forge.merge(change.id, draft.headSha, calmly), again, "a late merge");
      const headSha = await harness.push(draft.branch, { "again.txt": "again\n" });
      equal(await changeNow(forge, change.id), merged, "the change while its branch is used again");
      const next = await forge.ensureChange({ ...draft, headSha }, calmly);
      check(next.id !== change.id, "a merged change is not taken up again");
    },
  },
  {
    name: "deletes a branch by compare-and-set: moved, deleted, already; `null` deletes it wherever it stands",
    async run(harness) {
      const forge = await harness.open();
      const first = await harness.push("work/one", { "a.txt": "1\n" });
      const second = await harness.push("work/one", { "a.txt": "2\n" });
      equal(await forge.deleteBranch("work/one", first, calmly), "moved", "deletion at an old head");
      equal(await forge.branchHead("work/one", calmly), second, "the branch after it");
      equal(await forge.deleteBranch("work/one", second, calmly), "deleted", "deletion at the head");
      equal(await forge.branchHead("work/one", calmly), undefined, "the branch after it");
      equal(await forge.deleteBranch("work/one", second, calmly), "already", "the second deletion");
      equal(await forge.deleteBranch("work/none", null, calmly), "already", "deletion of what never was");
      await harness.push("work/two", { "b.txt": "1\n" });
      equal(await forge.deleteBranch("work/two", null, calmly), "deleted", "deletion wherever it stands");
    },
  },
];
