import fc from "fast-check";
import { expect, test } from "vitest";
import { sampleOutcome, WHY } from "../../src/contracts/conformance/record-samples.ts";
import type { EventDraft } from "../../src/model/events/envelope.ts";
import type { Lane } from "../../src/model/lane.ts";
import { pruneRecord, verifyRecord } from "../../src/record/index.ts";
import { sampleLane, sampleRecord } from "./fixture.ts";

const kinds = [
  "open",
  "enqueue",
  "lease",
  "lose",
  "see",
  "use",
  "evidence",
  "plan",
  "send",
  "settle",
  "close_work",
  "park",
  "close",
  "prune",
  "mode",
] as const;
type Kind = (typeof kinds)[number];
const operations = fc.array(
  fc.record({ kind: fc.constantFrom(...kinds), lane: fc.constantFrom("a", "b", "c"), n: fc.nat(3) }),
  { maxLength: 60 },
);

function draftOf(kind: Kind, id: string, n: number, state: Lane | undefined): EventDraft {
  const on = sampleLane(id);
  const fence = state?.fence ?? 0;
  const run = state?.lastRun || 1;
  const workId = state?.work?.id ?? "w";
  switch (kind) {
    case "open":
      return on.opened();
    case "enqueue":
      return on.enqueued(`w-${n}`, run + 1, n === 0 ? "validate" : "run");
    case "lease":
      return on.leased(workId, run, fence + 1);
    case "lose":
      return on.see(run, fence + 1, {
        type: "lease_lost",
        data: { id: workId, kind: "run", fence: fence + 1, holder: "x" },
      });
    case "use":
      return on.see(run, fence, {
        type: "usage_reported",
        data: { usage: { inputTokens: n, outputTokens: 1, totalTokens: n + 1 }, model: null },
      });
    case "evidence":
      return on.see(run, fence, {
        type: "evidence_recorded",
        data: { kind: "validation", witness: "host", ok: n > 0, sentence: "s", headSha: `${n}`, facts: {} },
      });
    default:
      return decisionOf(kind, id, n, state);
  }
}

function decisionOf(kind: Kind, id: string, n: number, state: Lane | undefined): EventDraft {
  const on = sampleLane(id);
  const fence = state?.fence ?? 0;
  const run = state?.lastRun || 1;
  const workId = state?.work?.id ?? "w";
  switch (kind) {
    case "plan":
      return on.decide({
        type: "outbox_planned",
        data: { key: `${id}/${n}`, fence, intent: { kind: "delete_branch", branch: "b", headSha: null }, dueAt: n },
      });
    case "send":
      return on.decide({ type: "outbox_sending", data: { key: `${id}/${n}` } });
    case "settle":
      return n === 0
        ? on.decide({ type: "outbox_settled", data: { key: `${id}/${n}`, state: "refused", result: null } })
        : on.see(run, fence, {
            type: "work_settled",
            data: { id: workId, kind: "run", outcome: sampleOutcome("failed") },
          });
    case "close_work":
      return on.decide({ type: "work_closed", data: { id: workId, kind: "run", counts: "failure", reason: WHY } });
    case "park":
      return on.decide({ type: "lane_parked", data: { ...WHY, at: n, until: "command" } });
    case "close":
      return on.decide({ type: "lane_closed", data: { reason: WHY } });
    case "mode":
      return { ...on.decide({ type: "service_mode_changed", data: { mode: "paused", actor: "t" } }), laneId: null };
    default:
      return on.progress(run, fence, `${n}`);
  }
}

test("whatever is written, in whatever groups, the events give what is stored", async () => {
  await fc.assert(
    fc.asyncProperty(operations, fc.nat(4), async (list, group) => {
      const { open, record, clock } = await sampleRecord();
      const pending: Promise<unknown>[] = [];
      for (const [index, { kind, lane: id, n }] of list.entries()) {
        if (kind === "prune") {
          await Promise.allSettled(pending.splice(0));
          await pruneRecord(open, { closedBefore: clock.now() + 1 });
          continue;
        }
        // Refusals are part of it: they must leave nothing.
        const write = record.transact(async (tx) => tx.append([draftOf(kind, id, n, await tx.lane(id))]));
        pending.push(write.catch(() => undefined));
        if (index % (group + 1) === 0) await Promise.allSettled(pending.splice(0));
      }
      await Promise.allSettled(pending);
      expect(await verifyRecord(open)).toMatchObject({ ok: true, differences: [] });
      open.abandon();
    }),
    { numRuns: 100 },
  );
});
