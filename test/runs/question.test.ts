import { afterEach, describe, expect, it } from "vitest";
import type { Step } from "../../src/agents/mock/schema.ts";
import { aProfile } from "./samples.ts";
import { Workshop } from "./workshop.ts";

let shop: Workshop | null = null;
afterEach(async () => {
  await shop?.close();
  shop = null;
});

/** How a run ends whose agent waits for a person in the middle of its turn. */
async function outcomeOf(steps: readonly Step[], tools: readonly string[]) {
  shop = await new Workshop({ steps, workflow: { profile: aProfile({ tools: [...tools] }) } }).start();
  await shop.enqueue("run");
  return { shop, outcome: await shop.outcome() };
}

const ENDS = ["run_handoff", "run_attention", "run_finalize"];
const ASKS: Step = { do: "ask", question: "Red or blue?" };

describe("an agent that waits for a person in the middle of its turn", () => {
  it("has its question put to people, as by run_ask, and its run is over", async () => {
    const { shop, outcome } = await outcomeOf([ASKS], [...ENDS, "run_ask"]);
    expect(outcome).toMatchObject({
      ...{ status: "succeeded", failure: null, reason: { code: "ask", sentence: "Red or blue?" } },
      signal: { kind: "ask", question: "Red or blue?", options: [] },
    });
    expect(await shop.eventsOf("signal_recorded")).toMatchObject([{ tool: "run_ask", path: "ask" }]);
    expect(await shop.eventsOf("turn_finished")).toMatchObject([{ status: "input_required" }]);
  });

  it("has failed where it has no leave to ask", async () => {
    const { outcome } = await outcomeOf([ASKS], ENDS);
    expect(outcome).toMatchObject({ status: "failed", reason: { code: "input_required", sentence: /Red or blue/ } });
  });

  it("is not asked about when it has said how its run ends", async () => {
    const attention: Step = { do: "call", tool: "run_attention", arguments: { summary: "It needs a person." } };
    const finalize: Step = { do: "call", tool: "run_finalize", arguments: { path: "attention" } };
    const { shop, outcome } = await outcomeOf([attention, finalize, ASKS], [...ENDS, "run_ask"]);
    expect(outcome.signal).toMatchObject({ kind: "attention" });
    expect(await shop.eventsOf("signal_recorded")).not.toContainEqual(expect.objectContaining({ tool: "run_ask" }));
  });
});
