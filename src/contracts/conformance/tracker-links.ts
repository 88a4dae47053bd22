import type { Tracker } from "../tracker.ts";
import type { IssueDraft } from "../tracker.ts";
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

const DRAFT: IssueDraft = {
  ...{ title: "Later", description: "What is left.", state: "Todo" },
  ...{ labels: [], priority: null, blockedBy: [] },
};

async function followUp(tracker: Tracker, id: string, key: string) {
  check(tracker.ensureFollowUp !== undefined, "a tracker without the gap has the verb");
  return tracker.ensureFollowUp(id, key, DRAFT, calmly);
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
  {
    name: "shows who blocks whom from both ends",
    needs: ["blocking"],
    async run(harness) {
      const [one, two] = await harness.seed([
        { identifier: "ISS-1", title: "One", state: "Todo" },
        { identifier: "ISS-2", title: "Two", state: "Doing", blockedBy: ["ISS-1"] },
      ]);
      check(one !== undefined && two !== undefined, "seed returns what it put there");
      const tracker = await harness.open();
      check(tracker.relations !== undefined, "a tracker without the gap has the verb");
      const shown = await Promise.all([one, two].map(({ id }) => tracker.relations?.(id, calmly)));
      const said = shown.map((list) => list?.map(({ kind, identifier }) => `${kind} ${identifier}`));
      equal(said, [[`blocks ${two.identifier}`], [`blocked_by ${one.identifier}`]], "relations");
    },
  },
  {
    name: "makes the one issue with a key that follows from another, whoever asks and whatever got lost",
    needs: ["follow_up"],
    async run(harness) {
      const { one, two, tracker } = await three(harness);
      const peer = await harness.open();
      const made = await followUp(tracker, one.id, "tests");
      equal([made.title, made.state], [DRAFT.title, DRAFT.state], "the follow-up");
      check(made.description?.includes("What is left.") === true, "it says what the draft says");
      equal((await followUp(tracker, one.id, "tests")).id, made.id, "asked again");
      equal((await followUp(peer, one.id, "tests")).id, made.id, "asked by somebody else");
      const others = [await followUp(tracker, one.id, "docs"), await followUp(tracker, two.id, "tests")];
      const all = await tracker.issuesByStates(["Todo"], calmly);
      equal(new Set([made, ...others].map(({ id }) => id)).size, 3, "issues of three keys");
      equal(all.filter(({ title }) => title === DRAFT.title).length, 3, "issues that are there");
    },
  },
  {
    name: "makes one follow-up when the answer to the first request got lost",
    needs: ["follow_up", "faults"],
    async run(harness) {
      const { one, tracker } = await three(harness);
      harness.failNext?.("lost_answer");
      await throwsCode("tracker_request", () => followUp(tracker, one.id, "tests"));
      await followUp(tracker, one.id, "tests");
      const all = await tracker.issuesByStates(["Todo"], calmly);
      equal(all.filter(({ title }) => title === DRAFT.title).length, 1, "issues that are there");
    },
  },
  {
    name: "takes one link to an address as often as it is asked, and none on an issue that is not there",
    needs: ["attach"],
    async run(harness) {
      const { one, two, tracker } = await three(harness);
      const peer = await harness.open();
      check(tracker.attach !== undefined && peer.attach !== undefined, "a tracker without the gap has the verb");
      const link = { url: "https://example.org/change/1", title: "Change 1", kind: "other" } as const;
      await tracker.attach(one.id, link, calmly);
      const once = await tracker.comments(one.id, null, calmly);
      await peer.attach(one.id, link, calmly);
      await tracker.attach(one.id, link, calmly);
      equal((await tracker.comments(one.id, null, calmly)).length, once.length, "what several links would add");
      const nobody = two.id.replace(/[0-9a-z]+$/, "999999");
      await throwsCode("tracker_not_found", async () => tracker.attach?.(nobody, link, calmly));
    },
  },
];
