import { describe, expect, it } from "vitest";
import { silentLog } from "../../src/base/log.ts";
import { systemClock } from "../../src/base/clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import { createMemoryTracker } from "../../src/trackers/memory/index.ts";
import { openDesk } from "./desk.ts";

const SIGNAL = { signal: new AbortController().signal };
const GOOD = { phase: "probing", focus: "The importer", next_action: "Read row.ts" };

async function aDesk() {
  const secrets = new SecretRegistry();
  secrets.register("tracker", "s3cret-of-the-tracker");
  const context = {
    ...{ clock: systemClock(), random: systemRandom(), log: silentLog, secrets },
    ...{ directory: "/", stateDirectory: "/", environment: {} },
  };
  const issues = [{ id: "A", identifier: "A", title: "Issue A", state: "Todo" }];
  const tracker = await createMemoryTracker({ issues, persist_state_updates: false }, context);
  const [issue] = await tracker.issuesByIds(["A"], SIGNAL);
  if (issue === undefined) throw new Error("there is no issue");
  const desk = await openDesk({ tracker, issue, tools: ["issue_workpad", "run_checkpoint"], secrets });
  desk.record.subscribe((events) => {
    for (const { event, laneId, workflowId } of events) {
      if (event.type !== "outbox_planned") continue;
      const settled = { type: "outbox_settled", data: { key: event.data.key, state: "done", result: "c1" } } as const;
      const scope = { workflowId, laneId, run: null, fence: null };
      void desk.record.transact((tx) => tx.append([{ ...scope, event: settled }]));
    }
  });
  /** What the one comment was to say, oldest first. */
  const bodies = async () =>
    (await desk.events("outbox_planned")).flatMap((event) => {
      const intent = event.type === "outbox_planned" ? event.data.intent : null;
      return intent?.kind === "issue_comment" && intent.topic === "workpad" ? [intent.body] : [];
    });
  return { ...desk, bodies };
}

describe("the one workpad of agent and host", () => {
  it("keeps the ledger below the agent's text, and the agent's text above a new ledger", async () => {
    const { call, bodies } = await aDesk();
    await call("issue_workpad", { body: "## Plan\n\n- [ ] one" });
    await call("run_checkpoint", GOOD);
    await call("issue_workpad", { body: "## Plan\n\n- [x] one" });
    const [first, second, third] = await bodies();
    expect(first).toMatch(/^## Plan\n\n- \[ \] one\n\n### Maestro's ledger\n\n```json/);
    expect(second).toContain("- [ ] one");
    expect(second).toContain('"focus": "The importer"');
    expect(third).toMatch(/^## Plan\n\n- \[x\] one\n\n### Maestro's ledger/);
    expect(third).toContain('"focus": "The importer"');
    for (const body of [first, second, third]) expect(body?.match(/```json/g)).toHaveLength(1);
  });

  it("shows a stream of checkpoints of one phase once, and a new phase at once; the record has all", async () => {
    const { call, bodies, events } = await aDesk();
    for (let round = 0; round < 20; round += 1) await call("run_checkpoint", { ...GOOD, focus: `Row ${round}` });
    expect(await bodies()).toHaveLength(1);
    await call("run_checkpoint", { ...GOOD, phase: "verifying" });
    expect(await bodies()).toHaveLength(2);
    expect(await events("checkpoint_recorded")).toHaveLength(21);
  });

  it("holds no secret and no place of the machine", async () => {
    const { call, bodies, events } = await aDesk();
    await call("run_checkpoint", {
      ...GOOD,
      evidence: ["the key s3cret-of-the-tracker works", "/home/ann/work/x.log says so"],
    });
    const [body] = await bodies();
    expect(body).not.toContain("s3cret");
    expect(body).not.toContain("ann");
    expect(JSON.stringify(await events("checkpoint_recorded"))).not.toContain("s3cret");
  });
});
