import { afterEach, expect, it } from "vitest";
import type { Step } from "../../src/agents/mock/schema.ts";
import { aProfile } from "./samples.ts";
import { Workshop } from "./workshop.ts";

const BRANCH = "maestro/demo-1";
const ask: Step = { do: "call", tool: "run_ask", arguments: { question: "Red or blue?" } };

let shop: Workshop;
afterEach(() => shop.close());

it("a run ends with its turn when the agent has asked a question, and keeps what was done so far", async () => {
  const profile = aProfile({ tools: ["run_handoff", "run_ask", "run_attention", "run_finalize"] });
  const steps: Step[] = [{ do: "write", path: "a.txt", text: "hello" }, ask];
  shop = await new Workshop({ workflow: { profile }, steps }).start(BRANCH);
  await shop.enqueue("run", { branch: BRANCH });
  expect(await shop.outcome()).toMatchObject({
    ...{ status: "succeeded", turns: 1, changed: true, reason: { code: "ask", sentence: "Red or blue?" } },
    signal: { kind: "ask", question: "Red or blue?", options: [] },
  });
});
