import { afterEach, expect, it } from "vitest";
import type { Step } from "../../src/agents/mock/schema.ts";
import { aProfile } from "./samples.ts";
import { Workshop } from "./workshop.ts";

const BRANCH = "maestro/demo-1";
const say: Step = { do: "call", tool: "issue_comment", arguments: { body: "Found the place." } };

let shop: Workshop;
afterEach(() => shop.close());

it("a write that nobody sends in time is answered as recorded, stays planned once, and lets the agent go on", async () => {
  const profile = aProfile({ tools: ["issue_comment", "run_handoff", "run_attention", "run_finalize"] });
  const steps: Step[] = [
    say,
    say,
    { do: "call", tool: "run_handoff", arguments: { summary: "Said it." } },
    { do: "call", tool: "run_finalize", arguments: { path: "hand_off" } },
  ];
  shop = await new Workshop({ workflow: { profile }, steps }).start(BRANCH);
  const before = shop.clock.now();
  await shop.enqueue("run", { branch: BRANCH });
  expect(await shop.outcome()).toMatchObject({ status: "succeeded", reason: { code: "hand_off" } });
  const calls = await shop.eventsOf("tool_called");
  const told = calls.filter(({ tool }) => tool === "issue_comment");
  expect(told).toMatchObject([
    { ok: true, code: "recorded" },
    { ok: true, code: "recorded" },
  ]);
  // Each call waited for those who send, and no longer than agents wait for a tool.
  for (const { ms } of told) expect(ms).toBe(20_000);
  expect(shop.clock.now() - before).toBeGreaterThanOrEqual(40_000);
  const rows = await shop.open.record.views.openOutbox();
  const comments = rows.filter(({ intent }) => intent.kind === "issue_comment");
  expect(comments).toMatchObject([{ state: "planned", intent: { body: "Found the place." } }]);
});
