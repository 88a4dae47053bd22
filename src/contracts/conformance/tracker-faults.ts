import { isUnknownEffect } from "../outside.ts";
import type { Tracker } from "../tracker.ts";
import { check, equal, throwsCode } from "./case.ts";
import { calmly, codeOf, issueNow, type TrackerCase, withIssue } from "./tracker-harness.ts";

/** What every tracker does when something goes wrong. */
export const TRACKER_FAULT_CASES: readonly TrackerCase[] = [
  {
    name: "names an unknown issue with tracker_not_found in every verb that changes one",
    needs: ["move", "comment", "label"],
    async run(harness) {
      const { tracker } = await withIssue(harness);
      await throwsCode("tracker_not_found", () => tracker.move("nobody", { to: "Done", from: null }, calmly));
      await throwsCode("tracker_not_found", () => tracker.comments("nobody", null, calmly));
      await throwsCode("tracker_not_found", () => tracker.comment("nobody", "text", "alice", calmly));
      await throwsCode("tracker_not_found", () => tracker.ensureComment("nobody", "t", "text", "maestro", calmly));
      await throwsCode("tracker_not_found", () => tracker.label("nobody", { add: ["a"], remove: [] }, calmly));
    },
  },
  {
    name: "does nothing once the signal is aborted",
    needs: ["move", "comment", "label", "create"],
    async run(harness) {
      const { tracker, id, identifier } = await withIssue(harness);
      const options = { signal: AbortSignal.abort() };
      const draft = { title: "New", description: null, state: "Todo", labels: [], priority: null, blockedBy: [] };
      const calls = [
        () => tracker.issuesByStates(["Todo"], options),
        () => tracker.issuesByIds([id], options),
        () => tracker.issueByIdentifier(identifier, options),
        () => tracker.move(id, { to: "Done", from: null }, options),
        () => tracker.comments(id, null, options),
        () => tracker.comment(id, "text", "alice", options),
        () => tracker.ensureComment(id, "t", "text", "maestro", options),
        () => tracker.label(id, { add: ["a"], remove: [] }, options),
        () => tracker.create(draft, options),
        () => tracker.health(options),
      ];
      for (const call of calls) await throwsCode("aborted", call);
      const issues = await tracker.issuesByStates(["Todo", "Done"], calmly);
      equal(
        issues.map((issue) => [issue.id, issue.state, issue.labels]),
        [[id, "Todo", []]],
        "issues",
      );
      equal(await tracker.comments(id, null, calmly), [], "comments");
    },
  },
  {
    name: "refuses blank titles, states and topics before anything happens",
    needs: ["move", "create", "comment"],
    async run(harness) {
      const { tracker, id } = await withIssue(harness);
      const draft = { title: "New", description: null, state: "Todo", labels: [], priority: null, blockedBy: [] };
      const codes = [
        await codeOf(() => tracker.create({ ...draft, title: " " }, calmly)),
        await codeOf(() => tracker.create({ ...draft, state: " " }, calmly)),
        await codeOf(() => tracker.move(id, { to: " ", from: null }, calmly)),
        await codeOf(() => tracker.ensureComment(id, " ", "text", "maestro", calmly)),
      ];
      for (const code of codes) {
        check(code !== undefined && !isUnknownEffect({ code }), `a refusal leaves nothing open, got ${code}`);
      }
      equal((await tracker.issuesByStates(["Todo", ""], calmly)).length, 1, "number of issues");
    },
  },
  {
    name: "fails a read as a whole when it gets no answer, and reads again afterwards (S-204)",
    needs: ["faults"],
    async run(harness) {
      const { tracker, id } = await withIssue(harness);
      harness.failNext?.("lost_answer");
      await throwsCode("tracker_request", () => tracker.issuesByStates(["Todo"], calmly));
      harness.failNext?.("refused");
      const code = await codeOf(() => tracker.issuesByIds([id], calmly));
      check(code !== undefined && !isUnknownEffect({ code }), `a refusal leaves nothing open, got ${code}`);
      equal((await issueNow(tracker, id)).state, "Todo", "state");
    },
  },
  {
    name: "does once what is asked again after a lost answer",
    needs: ["faults", "move", "comment", "label"],
    async run(harness) {
      const { tracker, id } = await withIssue(harness, { labels: ["a"] });
      for (const fault of ["lost_answer", "lost_request"] as const) {
        for (const ask of idempotentVerbs(tracker, id, fault)) {
          harness.failNext?.(fault);
          await throwsCode("tracker_request", ask);
          await ask();
        }
      }
      const issue = await issueNow(tracker, id);
      equal([issue.state, issue.labels], ["lost_request", ["lost_answer", "lost_request"]], "state and labels");
      const comments = await tracker.comments(id, null, calmly);
      equal(
        comments.map(({ topic, body }) => [topic, body]),
        [["workpad", "lost_request"]],
        "comments",
      );
    },
  },
  {
    name: "tells from the move's result that a lost one had happened",
    needs: ["faults", "move"],
    async run(harness) {
      const { tracker, id } = await withIssue(harness);
      harness.failNext?.("lost_answer");
      await throwsCode("tracker_request", () => tracker.move(id, { to: "Done", from: "Todo" }, calmly));
      equal(await tracker.move(id, { to: "Done", from: "Todo" }, calmly), "already", "the same move again");
    },
  },
  {
    name: "hints that something changed, until it is told to stop",
    needs: ["watch", "label"],
    async run(harness) {
      const { tracker, id } = await withIssue(harness);
      const other = await harness.open();
      let hints = 0;
      const stop = tracker.watch(() => {
        hints += 1;
      });
      for (let round = 0; round < 100 && hints === 0; round += 1) {
        await other.label(id, { add: [`round-${round}`], remove: [] }, calmly);
        await harness.pause();
      }
      check(hints > 0, "a hint comes after a change");
      stop();
      const before = hints;
      await other.label(id, { add: ["unseen"], remove: [] }, calmly);
      await harness.pause();
      equal(hints, before, "hints after stopping");
    },
  },
];

/** Every verb that the outbox may repeat. The second round changes what the first one did. */
function idempotentVerbs(tracker: Tracker, id: string, round: string): (() => Promise<unknown>)[] {
  return [
    () => tracker.move(id, { to: round, from: null }, calmly),
    () => tracker.label(id, { add: [round], remove: ["a"] }, calmly),
    () => tracker.ensureComment(id, "workpad", round, "maestro", calmly),
  ];
}
