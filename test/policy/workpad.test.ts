import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHECKPOINT_PHASES, type KeptCheckpoint } from "../../src/model/checkpoint.ts";
import { agentPart } from "../../src/model/workpad.ts";
import { planFor } from "../../src/orchestrator/care.ts";
import {
  describeCheckpoint,
  gateFacts,
  judgeGate,
  ledgerOf,
  withoutPlaces,
  workpadBody,
} from "../../src/policy/index.ts";
import { anyFacts } from "./arbitrary.ts";
import { HEAD, laneOf, reviewLane } from "./facts.ts";

const KEPT: KeptCheckpoint = {
  ...{ phase: "verifying", focus: "The importer", nextAction: "Run the tests" },
  ...{ blockers: [], evidence: ["row.ts drops the offset"], verification: ["npm test: 41 passed"] },
  ...{ headSha: HEAD, run: 2, at: Date.UTC(2026, 0, 2) },
};

/** The one fenced object of a comment. */
function fenced(body: string): object {
  const found = [...body.matchAll(/^```json\n([\s\S]*?)\n```$/gm)];
  expect(found).toHaveLength(1);
  return JSON.parse(found[0]?.[1] ?? "");
}

describe("the workpad", () => {
  it("holds the agent's text and one object with a version", () => {
    const lane = laneOf({ lastRun: 2, workpad: "## Plan\n\n- [x] one", checkpoint: KEPT });
    const body = workpadBody(lane);
    expect(body.startsWith("## Plan\n\n- [x] one\n\n")).toBe(true);
    expect(fenced(body)).toMatchObject({
      ...{ ledger: "maestro", version: 1, issue: lane.issue.identifier, run_id: `${lane.id}/2`, attempt: 2 },
      checkpoint: { phase: "verifying", next_action: "Run the tests", head_sha: HEAD, at: "2026-01-02T00:00:00.000Z" },
    });
  });

  it("names change, head and result of the validation at a hand-off", () => {
    const lane = reviewLane();
    const { branch } = lane;
    expect(ledgerOf(lane)).toMatchObject({
      change: { id: branch?.changeId },
      head_sha: branch?.pushedSha,
      validation: { result: "passed", head_sha: branch?.validatedSha, witness: "host" },
    });
  });

  it("lets neither part overwrite the other, whatever the agent copies", () => {
    const lane = laneOf({ lastRun: 1, checkpoint: KEPT });
    const once = workpadBody(lane, "Mine");
    expect(agentPart(once)).toBe("Mine");
    const copied = workpadBody(lane, `${once}\n\nand more`);
    expect(copied).toBe(once);
    fc.assert(
      fc.property(fc.string(), (text) => {
        const body = workpadBody(lane, text);
        expect(workpadBody({ ...lane, workpad: agentPart(body) })).toBe(body);
      }),
    );
  });

  it("says no place of this machine, no user, and ends its fence itself", () => {
    const path = "/home/ann/work/shop";
    expect(withoutPlaces(`${path}/src/a.ts and ${path}`, path)).toBe("src/a.ts and .");
    expect(withoutPlaces("see /home/bob/.ssh/id, ~/notes, C:\\Users\\bob\\x.txt", null)).toBe(
      "see <path>, <path>, <path>",
    );
    expect(withoutPlaces("GET https://x.dev/home/a at src/home/a.ts, /api/v2", null)).toBe(
      "GET https://x.dev/home/a at src/home/a.ts, /api/v2",
    );
    const checkpoint = { ...KEPT, focus: "```\nrm", evidence: Array.from({ length: 50 }, (_, at) => `${at}`) };
    const shown = fenced(workpadBody(laneOf({ checkpoint, workspacePath: path })));
    expect(shown).toMatchObject({
      checkpoint: { evidence: ["40", "41", "42", "43", "44", "45", "46", "47", "48", "49"] },
    });
  });

  it("shows nothing that changes by itself", () => {
    const lane = laneOf({ lastRun: 1, checkpoint: KEPT });
    const usage = { ...lane.usage, totalTokens: 99 };
    expect(ledgerOf({ ...lane, usage, updatedAt: 5, sessions: 7, fence: 9, idleSessions: 2 })).toEqual(ledgerOf(lane));
  });
});

describe("a checkpoint decides nothing", () => {
  const anyPhase = fc.constantFrom(...CHECKPOINT_PHASES);

  it("changes no plan and opens no gate, in whatever position and phase", () => {
    fc.assert(
      fc.property(anyFacts, anyPhase, (facts, phase) => {
        const { checkpoint: _, ...lane } = facts.lane;
        const bare = { ...facts, lane };
        const claimed = { ...facts, lane: { ...lane, checkpoint: { ...KEPT, phase } } };
        // The workpad tells what was recorded; what is decided is the same.
        const decided = (plan: ReturnType<typeof planFor>) =>
          plan.filter((step) => step.do !== "write" || step.write.topic !== "workpad");
        expect(decided(planFor(claimed))).toEqual(decided(planFor(bare)));
        for (const gate of ["review", "landing"] as const) {
          expect(judgeGate(gate, gateFacts(claimed))).toEqual(judgeGate(gate, gateFacts(bare)));
        }
      }),
    );
  });
});

it("tells the next run what was recorded, as a claim", () => {
  expect(describeCheckpoint(laneOf())).toBeNull();
  const text = describeCheckpoint(laneOf({ checkpoint: KEPT })) ?? "";
  for (const part of ["Run 2", "verifying", "Run the tests", "row.ts drops the offset", "41 passed", HEAD]) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain("Blockers");
});
