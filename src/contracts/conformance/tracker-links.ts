import type { Tracker } from "../tracker.ts";
import { check, equal, throwsCode } from "./case.ts";
import { calmly, type TrackerCase, type TrackerHarness } from "./tracker-harness.ts";

const SEEDS = ["ISS-1", "ISS-2", "ISS-3"].map((identifier) => ({ identifier, title: identifier, state: "Todo" }));

async function three(harness: TrackerHarness) {
  const [one, two, other] = await harness.seed(SEEDS);
  check(one !== undefined && two !== undefined && other !== undefined, "seed returns what it put there");
  return { one, two, other, tracker: await harness.open() };
}

/** The links of the kinds that the host writes. */
async function linksOf(tracker: Tracker, id: string): Promise<string[]> {
  check(tracker.relations !== undefined, "a tracker that writes links shows them");
  const shown = await tracker.relations(id, calmly);
  return shown
    .filter(({ kind }) => kind === "duplicate_of" || kind === "related")
    .map(({ kind, identifier, state }) => `${kind} ${identifier} ${state}`)
    .sort();
}

async function relate(tracker: Tracker, id: string, kind: "duplicate_of" | "related", identifier: string) {
  check(tracker.relate !== undefined, "a tracker without the gap has the verb");
  await tracker.relate(id, { kind, identifier }, calmly);
}

/** What every tracker does on which the host writes links from one issue to another. */
export const TRACKER_LINK_CASES: readonly TrackerCase[] = [
  {
    name: "makes one link of a kind to another issue, however often and by however many clients it is asked",
    needs: ["relate"],
    async run(harness) {
      const { one, two, other, tracker } = await three(harness);
      const peer = await harness.open();
      await relate(tracker, one.id, "duplicate_of", two.identifier);
      await relate(peer, one.id, "duplicate_of", two.identifier);
      await relate(tracker, one.id, "related", other.identifier);
      await relate(tracker, one.id, "related", other.identifier);
      const wanted = [`duplicate_of ${two.identifier} Todo`, `related ${other.identifier} Todo`];
      equal(await linksOf(peer, one.id), wanted, "links");
      const [issue] = await tracker.issuesByIds([one.id], calmly);
      equal([issue?.state, issue?.blockedBy], ["Todo", []], "what a link does not change");
    },
  },
  {
    name: "names an issue that is not there with tracker_not_found, at either end of a link",
    needs: ["relate"],
    async run(harness) {
      const { one, two, tracker } = await three(harness);
      const nobody = two.identifier.replace(/\d+$/, "999999");
      await throwsCode("tracker_not_found", () => relate(tracker, one.id, "related", nobody));
      await throwsCode("tracker_not_found", () => relate(tracker, "nobody", "related", two.identifier));
      equal(await linksOf(tracker, one.id), [], "links");
    },
  },
  {
    name: "makes one link when the answer to the first request got lost",
    needs: ["relate", "faults"],
    async run(harness) {
      const { one, two, other, tracker } = await three(harness);
      const wishes = [
        ["lost_answer", "duplicate_of", two],
        ["lost_request", "related", other],
      ] as const;
      for (const [fault, kind, { identifier }] of wishes) {
        harness.failNext?.(fault);
        await throwsCode("tracker_request", () => relate(tracker, one.id, kind, identifier));
        await relate(tracker, one.id, kind, identifier);
      }
      const wanted = [`duplicate_of ${two.identifier} Todo`, `related ${other.identifier} Todo`];
      equal(await linksOf(tracker, one.id), wanted, "links");
    },
  },
];
