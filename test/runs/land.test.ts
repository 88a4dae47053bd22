import { afterEach, describe, expect, it } from "vitest";
import type { OutsideFault } from "../../src/contracts/outside-faults.ts";
import { Workshop } from "./workshop.ts";

const BRANCH = "maestro/demo-1";
const options = { signal: new AbortController().signal };

let shop: Workshop;
afterEach(() => shop.close());

async function land(change: { headSha?: string; close?: boolean; faults?: (OutsideFault | undefined)[]; id?: string }) {
  const faults: (OutsideFault | undefined)[] = [];
  shop = await new Workshop({ faults }).start(BRANCH);
  shop.forge.receivePush(BRANCH, "head-1", null);
  const draft = { branch: BRANCH, base: "main", headSha: "head-1", title: "t", body: "b" };
  const { id } = await shop.forge.ensureChange(draft, options);
  await shop.forge.review(id, { author: "a", decision: "approved", body: "" }, options);
  if (change.close) await shop.forge.close(id, options);
  faults.push(...(change.faults ?? []));
  const changeId = change.id ?? id;
  const headSha = change.headSha ?? "head-1";
  await shop.enqueue("land", { branch: BRANCH, headSha, changeId }, [{ kind: "merge", changeId, headSha }]);
  return shop.outcome();
}

describe("a landing", () => {
  it("merges exactly the reviewed head, on the forge's own word", async () => {
    expect(await land({})).toMatchObject({ status: "succeeded", headSha: "head-1", reason: { code: "landed" } });
    expect(await shop.eventsOf("evidence_recorded")).toMatchObject([
      { kind: "landed", witness: "forge", ok: true, headSha: "head-1", facts: { merged_sha: expect.any(String) } },
    ]);
    expect((await shop.forge.findChange(BRANCH, options))?.state).toBe("merged");
  });

  it.each([
    ["whose head has moved", { headSha: "head-0" }, "head_moved"],
    ["that somebody closed", { close: true }, "closed"],
    ["that is gone", { id: "999" }, "change_gone"],
  ])("leaves a change alone %s", async (_, change, code) => {
    expect(await land(change)).toMatchObject({ status: "failed", failure: "outside", reason: { code } });
    expect(shop.effects).not.toContain("merge");
    expect(await shop.open.record.views.openOutbox()).toEqual([]);
  });

  it.each<[string, (OutsideFault | undefined)[]]>([
    ["the first look failed", ["fail", "lose_request"]],
    ["the merge was refused once", [undefined, "fail"]],
    ["the merge did not arrive", [undefined, "lose_request"]],
    ["the answer to the merge was lost", [undefined, "lose_answer"]],
    ["the answer was lost, and the look-up as well", [undefined, "lose_answer", "lose_request"]],
    ["the answer was late", [undefined, "late"]],
  ])("merges once when %s", async (_, faults) => {
    expect(await land({ faults })).toMatchObject({ status: "succeeded", reason: { code: "landed" } });
    expect(shop.effects.filter((verb) => verb === "merge")).toHaveLength(1);
  });

  it("gives up when the forge does not answer", async () => {
    const outcome = await land({ faults: ["fail", "fail", "fail"] });
    expect(outcome).toMatchObject({ status: "failed", failure: "outside", reason: { code: "forge_status" } });
  });
});
