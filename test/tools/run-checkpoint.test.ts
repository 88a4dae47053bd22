import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { RunOutside } from "../../src/contracts/run-outside.ts";
import type { ToolContext } from "../../src/contracts/tool.ts";
import { CHECKPOINT_PHASES } from "../../src/model/checkpoint.ts";
import type { Event } from "../../src/model/events/index.ts";
import { judgeSignals } from "../../src/tools/index.ts";
import { runCheckpoint } from "../../src/tools/run-checkpoint.ts";
import { laneOf } from "../policy/facts.ts";

const HEAD = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const SHAPE = "skills/execution-state/assets";
const read = (name: string) => JSON.parse(readFileSync(`${SHAPE}/${name}`, "utf8"));

function aRun(headSha: string | null = HEAD) {
  const events: Event[] = [];
  const shown: string[] = [];
  const status = {
    branch: "b",
    base: "main",
    headSha: headSha ?? "",
    pushedSha: null,
    unpushed: 0,
    dirtyFiles: [],
    conflicts: [],
  };
  const outside = {
    can: (capability: string) => capability === "repo" && headSha !== null,
    repo: { status: async () => status },
    showCheckpoint: async ({ phase }: { readonly phase: string }) => void shown.push(phase),
  } satisfies { [name in keyof RunOutside]?: unknown };
  const context: Partial<Record<keyof ToolContext, unknown>> = {
    outside,
    signal: new AbortController().signal,
    observe: async (event: Event) => void events.push(event),
  };
  const call = (args: object) => runCheckpoint.call({ ...args }, context as unknown as ToolContext);
  return { call, events, shown };
}

const GOOD = { phase: "implementing", focus: "The importer", next_action: "Write the test" };

describe("run_checkpoint", () => {
  it("has the shape of the skill that teaches it", () => {
    const skill = read("checkpoint.schema.json");
    const { properties, required, additionalProperties } = runCheckpoint.inputSchema as typeof skill;
    expect(Object.keys(properties).sort()).toEqual(Object.keys(skill.properties).sort());
    expect([required, additionalProperties]).toEqual([skill.required, false]);
    expect(properties.phase.enum).toEqual(skill.properties.phase.enum);
    expect(properties.phase.enum).toEqual(CHECKPOINT_PHASES);
    expect(properties.head_sha.pattern).toBe(skill.properties.head_sha.pattern);
  });

  it("records what the skill's example says, and shows it", async () => {
    const run = aRun();
    expect(await run.call(read("checkpoint.example.json"))).toMatchObject({ ok: true, code: "ok" });
    expect(run.events).toMatchObject([{ type: "checkpoint_recorded", data: { phase: "verifying", headSha: HEAD } }]);
    expect(run.shown).toEqual(["verifying"]);
  });

  it("fills HEAD in, and refuses a checkpoint about another commit", async () => {
    const run = aRun();
    await run.call(GOOD);
    expect(run.events).toMatchObject([{ data: { headSha: HEAD, blockers: [], evidence: [], verification: [] } }]);
    const refused = await run.call({ ...GOOD, head_sha: "a".repeat(40) });
    expect(refused).toMatchObject({ ok: false, code: "refused" });
    expect(refused.text).toContain(HEAD);
    expect(run.events).toHaveLength(1);
    expect(await aRun(null).call({ ...GOOD, head_sha: HEAD })).toMatchObject({ ok: false, code: "refused" });
    expect(await aRun(null).call(GOOD)).toMatchObject({ ok: true });
  });

  it.each([[{ ...GOOD, phase: "blocked" }], [{ ...GOOD, phase: "blocked", blockers: [] }]])(
    "wants a blocker of a blocked phase: %j",
    async (args) => {
      const run = aRun();
      expect(await run.call(args)).toMatchObject({ ok: false, code: "invalid_arguments" });
      expect(run.events).toEqual([]);
    },
  );

  it.each([
    [{ ...GOOD, phase: "done" }],
    [{ ...GOOD, more: 1 }],
    [{ phase: "probing" }],
    [{ ...GOOD, head_sha: "abc" }],
  ])("refuses another shape: %j", async (args) => {
    await expect(aRun().call(args)).rejects.toMatchObject({ code: "invalid_arguments" });
  });

  it("is no signal: a run that only recorded ready_for_review has said nothing of its end", async () => {
    const run = aRun();
    await run.call({ ...GOOD, phase: "ready_for_review" });
    expect(run.events.some(({ type }) => type === "signal_recorded")).toBe(false);
    expect(judgeSignals([])).toEqual({ kind: "none" });
    expect(laneOf().handOff).toBeNull();
  });
});
