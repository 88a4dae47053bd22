import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { POLL_MS, Stage } from "../orchestrator/stage.ts";

/** What a person makes of the file: another good one, or one with a problem. */
const text = fc.oneof(
  fc.record({ hash: fc.constantFrom("one", "two"), problem: fc.constant(null) }),
  fc.record({ hash: fc.constant(null), problem: fc.constantFrom("line 3 is broken", "line 4 is broken") }),
);

async function notesOf(stage: Stage): Promise<string[]> {
  return (await stage.events("workflow_loaded", "workflow_rejected")).map(({ event }) => {
    if (event.type === "workflow_loaded") return `${event.data.hash} after ${event.data.previous}`;
    return event.type === "workflow_rejected" ? `${event.data.code}: ${event.data.message}` : "";
  });
}

describe("the workflow file on record", () => {
  it("S-078: each change of it stands there once, however often it is looked at", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 8 }), fc.boolean(), async (texts, isAnnounced) => {
        const stage = await Stage.open();
        await stage.start();
        const expected = ["hash after null"];
        for (const { hash, problem } of texts) {
          const before = { hash: stage.workflow.hash, problem: stage.problem };
          stage.problem = problem;
          if (hash !== null) stage.workflow = { ...stage.workflow, hash };
          if (isAnnounced) stage.orchestrator.nudge();
          await stage.pass(isAnnounced ? 0 : 2 * POLL_MS);
          if (problem !== null && problem !== before.problem) expected.push(`invalid_workflow: ${problem}`);
          const isTakenUp = hash !== null && (hash !== before.hash || before.problem !== null);
          if (isTakenUp) expected.push(`${hash} after ${before.hash}`);
        }
        expect(await notesOf(stage)).toEqual(expected);
        await stage.stop();
      }),
      { numRuns: 25 },
    );
  });

  it("is written again by the next service", async () => {
    const stage = await Stage.start();
    await stage.crash();
    await stage.start();
    expect(await notesOf(stage)).toEqual(["hash after null", "hash after null"]);
    await stage.stop();
  });
});
