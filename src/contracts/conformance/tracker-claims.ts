import type { Tracker } from "../tracker.ts";
import { check, equal } from "./case.ts";
import { calmly, codeOf, type TrackerCase, withIssue } from "./tracker-harness.ts";

/** Later than the clock of every harness. */
const FAR = Date.UTC(2100, 0, 1);
const US = "maestro-one";
const THEM = "maestro two/é";

async function take(tracker: Tracker, id: string, owner: string, expiresAt = FAR) {
  check(tracker.claim !== undefined, "a tracker that declares claims has the verb");
  return tracker.claim(id, { owner, expiresAt }, calmly);
}

/** What every tracker does whose issues can be claimed. */
export const TRACKER_CLAIM_CASES: readonly TrackerCase[] = [
  {
    name: "gives a claim to one owner, tells others who has it, and lets its owner renew and give it up",
    needs: ["claim"],
    async run(harness) {
      const { tracker, id } = await withIssue(harness);
      const other = await harness.open();
      equal(await take(tracker, id, US), { kind: "claimed" }, "the first claim");
      equal(await take(other, id, THEM), { kind: "held", owner: US, expiresAt: FAR }, "a second owner");
      equal(await take(tracker, id, US, FAR + 1_000), { kind: "claimed" }, "a renewal");
      await other.release?.(id, THEM, calmly);
      equal(await take(other, id, THEM), { kind: "held", owner: US, expiresAt: FAR + 1_000 }, "after a renewal");
      await tracker.release?.(id, US, calmly);
      await tracker.release?.(id, US, calmly);
      equal(await take(other, id, THEM), { kind: "claimed" }, "after it was given up");
      equal(await take(tracker, id, US), { kind: "held", owner: THEM, expiresAt: FAR }, "the former owner");
    },
  },
  {
    name: "lets a claim that has run out be taken over",
    needs: ["claim"],
    async run(harness) {
      const { tracker, id } = await withIssue(harness);
      const other = await harness.open();
      await take(tracker, id, US, 1_000);
      equal(await take(other, id, THEM), { kind: "claimed" }, "a claim that has run out");
      equal(await take(tracker, id, US), { kind: "held", owner: THEM, expiresAt: FAR }, "the former owner");
    },
  },
  {
    name: "lets one of two owners win a claim",
    needs: ["claim"],
    async run(harness) {
      const { tracker, id } = await withIssue(harness);
      const other = await harness.open();
      const results = await Promise.all([take(tracker, id, US), take(other, id, THEM)]);
      equal(results.map(({ kind }) => kind).sort(), ["claimed", "held"], "results");
    },
  },
  {
    name: "finds its own claim again when the answer to it was lost",
    needs: ["claim", "faults"],
    async run(harness) {
      const { tracker, id } = await withIssue(harness);
      harness.failNext?.("lost_answer");
      const code = await codeOf(() => take(tracker, id, US));
      check(code === undefined || code.startsWith("tracker_"), `the code ${code} is a tracker's`);
      equal(await take(tracker, id, US), { kind: "claimed" }, "the same claim again");
      equal((await take(await harness.open(), id, THEM)).kind, "held", "a second owner");
    },
  },
];
