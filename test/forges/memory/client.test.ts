import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../../dev/sim/virtual-clock.ts";
import { seededRandom } from "../../../src/base/random.ts";
import type { OutsideFault } from "../../../src/contracts/outside-faults.ts";
import { createMemoryForge, memoryForge, type MemoryForgeCall } from "../../../src/forges/memory/index.ts";

const options = { signal: new AbortController().signal };
const HEAD = "a".repeat(40);
const DRAFT = { branch: "work", base: "main", headSha: HEAD, title: "T", body: "B" };

function forgeWith(faults: Record<string, OutsideFault> = {}) {
  const clock = new VirtualClock();
  const calls: MemoryForgeCall[] = [];
  const next = (verb: string): OutsideFault | undefined => {
    const fault = faults[verb];
    delete faults[verb];
    return fault;
  };
  const forge = createMemoryForge({}, { clock, random: seededRandom(1) }, { next, lateMs: 500 }, (call) =>
    calls.push(call),
  );
  return { forge, calls, clock };
}

describe("a push", () => {
  it.each([
    { present: null, expected: null, result: "pushed" },
    { present: null, expected: "b", result: "moved" },
    { present: "b", expected: "b", result: "pushed" },
    { present: "b", expected: null, result: "moved" },
    { present: "b", expected: "c", result: "moved" },
    { present: HEAD, expected: null, result: "already" },
  ])("of a branch at $present with $expected expected is $result", ({ present, expected, result }) => {
    const { forge, calls } = forgeWith();
    if (present !== null) forge.receivePush("work", present, null);
    expect(forge.receivePush("work", HEAD, expected)).toBe(result);
    expect(forge.branches.get("work")).toBe(result === "moved" ? (present ?? undefined) : HEAD);
    expect(calls.at(-1)).toMatchObject({ verb: "receivePush", effect: result === "pushed" });
  });
});

describe("the call log", () => {
  it("tells what arrived, and whether it changed anything", async () => {
    const { forge, calls } = forgeWith();
    forge.receivePush("work", HEAD, null);
    await forge.ensureChange(DRAFT, options);
    await forge.ensureChange(DRAFT, options);
    await forge.merge("1", "other", options);
    await forge.merge("1", HEAD, options);
    await forge.merge("1", HEAD, options);
    expect(calls.map(({ verb, changeId, effect }) => [verb, changeId, effect])).toEqual([
      ["receivePush", null, true],
      ["ensureChange", null, true],
      ["ensureChange", null, false],
      ["merge", "1", false],
      ["merge", "1", true],
      ["merge", "1", false],
    ]);
    expect(calls[1]?.arguments).toEqual(DRAFT);
  });

  it("knows a lost answer's effect, and nothing of a lost request", async () => {
    const { forge, calls } = forgeWith({ ensureChange: "lose_answer", merge: "lose_request" });
    forge.receivePush("work", HEAD, null);
    await expect(forge.ensureChange(DRAFT, options)).rejects.toMatchObject({ code: "forge_request" });
    await expect(forge.merge("1", HEAD, options)).rejects.toMatchObject({ code: "forge_request" });
    expect(calls.map(({ verb }) => verb)).toEqual(["receivePush", "ensureChange"]);
  });
});

it("answers late by the injected clock, after the effect", async () => {
  const { forge, clock } = forgeWith({ ensureChange: "late" });
  forge.receivePush("work", HEAD, null);
  let answered = false;
  const call = forge.ensureChange(DRAFT, options).then(() => {
    answered = true;
  });
  await clock.advance(499);
  expect(answered).toBe(false);
  expect(await forge.list({ state: "open" }, options)).toHaveLength(1);
  await clock.advance(1);
  await call;
});

it.each(["behind", "unknown"] as const)("does not merge what is %s", async (mergeability) => {
  const { forge } = forgeWith();
  forge.receivePush("work", HEAD, null);
  await forge.ensureChange(DRAFT, options);
  forge.setMergeability("1", mergeability);
  expect(await forge.merge("1", HEAD, options)).toMatchObject({ kind: "refused", code: "not_allowed" });
  forge.setMergeability("1", "clean");
  expect(await forge.merge("1", HEAD, options)).toMatchObject({ kind: "merged" });
});

it("closes the open change of a deleted branch as it stood", async () => {
  const { forge } = forgeWith();
  forge.receivePush("work", HEAD, null);
  await forge.ensureChange(DRAFT, options);
  forge.receivePush("work", "b", HEAD);
  await forge.deleteBranch("work", null, options);
  expect(await forge.findChange("work", options)).toMatchObject({ state: "closed", headSha: "b" });
});

it("gives another client its own faults and log, and the same changes", async () => {
  const { forge, calls } = forgeWith({ list: "fail" });
  const other = forge.connect();
  other.receivePush("work", HEAD, null);
  await other.ensureChange(DRAFT, options);
  expect(calls).toEqual([]);
  expect(await other.list({ state: null }, options)).toHaveLength(1);
  await expect(forge.list({ state: null }, options)).rejects.toMatchObject({ code: "forge_status" });
});

it("takes no options", () => {
  expect(memoryForge.parseOptions({})).toEqual({});
  expect(() => memoryForge.parseOptions({ repository: "x" })).toThrow(
    expect.objectContaining({ code: "forge_invalid_config", facts: { path: ["repository"], known: [] } }),
  );
});
