import { stateKey } from "../../model/issue.ts";
import { check, equal, throwsCode } from "./case.ts";
import { calmly, codeOf, issueNow, type TrackerCase, withIssue } from "./tracker-harness.ts";

const FIELDS = [
  ...["id", "nativeRef", "identifier", "title", "description", "priority", "state", "branchName", "url", "assigneeId"],
  ...["labels", "blockedBy", "dispatchable", "createdAt", "updatedAt"],
];

/** What every tracker does when it is read (S-001…S-014, S-200…S-206). */
export const TRACKER_READ_CASES: readonly TrackerCase[] = [
  {
    name: "shows every field of an issue, absent ones as null or empty (S-001, S-010, S-011)",
    async run(harness) {
      const { tracker, id } = await withIssue(harness, { title: "Bare" });
      const issue = await issueNow(tracker, id);
      // Who wrote it is told where not only members may write.
      const fields = Object.keys(issue).filter((name) => name !== "author" && name !== "authorTrust");
      equal(fields.sort(), [...FIELDS].sort(), "fields");
      equal([issue.description, issue.priority, issue.assigneeId], [null, null, null], "absent");
      check(issue.branchName !== "", "a branch name is null unless the tracker gives one by itself");
      equal([issue.labels, issue.blockedBy], [[], []], "empty collections");
      check(issue.nativeRef === null || typeof issue.nativeRef === "object", "native_ref is an object or null (S-013)");
      equal(JSON.parse(JSON.stringify(issue)), issue, "the issue as JSON");
      for (const at of [issue.createdAt, issue.updatedAt]) {
        check(at === null || Number.isFinite(at), "instants are milliseconds or null (S-012)");
      }
    },
  },
  {
    name: "keeps the state's own spelling and compares without case and blanks (S-006)",
    async run(harness) {
      const { tracker, id } = await withIssue(harness, { state: "In Progress" });
      equal((await issueNow(tracker, id)).state, "In Progress", "state");
      const found = await tracker.issuesByStates([" in PROGRESS "], calmly);
      equal(
        found.map((issue) => issue.id),
        [id],
        "issues by a differently written state",
      );
    },
  },
  {
    name: "trims and lowers labels, drops blanks and repeats (S-007); keeps priority and description (S-005)",
    async run(harness) {
      const description = "First line.\n\n## A heading\n\n---\n\nLast line.";
      const seed = { labels: [" Bug ", "bug", "  ", "Needs QA"], priority: 2, description };
      const { tracker, id } = await withIssue(harness, seed);
      const issue = await issueNow(tracker, id);
      equal(issue.labels, ["bug", "needs qa"], "labels");
      equal([issue.priority, issue.description], [2, description], "priority and description");
    },
  },
  {
    name: "tells what blocks an issue, and the blocker's present state (S-008)",
    async run(harness) {
      const [first, second] = await harness.seed([
        { identifier: "ISS-1", title: "One", state: "Todo", blockedBy: ["ISS-2"] },
        { identifier: "ISS-2", title: "Two", state: "Done" },
      ]);
      check(first !== undefined && second !== undefined, "two issues are seeded");
      const issue = await issueNow(await harness.open(), first.id);
      equal(issue.blockedBy, [{ id: second.id, identifier: second.identifier, state: "Done" }], "blockers");
    },
  },
  {
    name: "includes issues that are not dispatchable, and says so (S-009, S-201)",
    needs: ["undispatchable"],
    async run(harness) {
      const { tracker } = await withIssue(harness, { dispatchable: false });
      const found = await tracker.issuesByStates(["Todo"], calmly);
      equal(
        found.map((issue) => issue.dispatchable),
        [false],
        "dispatchable",
      );
    },
  },
  {
    name: "gives all issues in the wanted states and no others, however many there are (S-200, S-213)",
    async run(harness) {
      const states = ["Todo", "Doing", "Done"];
      const seeds = Array.from({ length: 153 }, (_, at) => ({
        identifier: `ISS-${at + 1}`,
        title: `Issue ${at + 1}`,
        state: states[at % 3] ?? "Todo",
      }));
      const issues = await harness.seed(seeds);
      const tracker = await harness.open();
      const found = await tracker.issuesByStates(["todo", "DONE"], calmly);
      const wanted = issues.filter((_, at) => at % 3 !== 1).map(({ id }) => id);
      equal(found.map(({ id }) => id).sort(), [...wanted].sort(), "ids in the two states");
      check(
        found.every(({ state }) => ["todo", "done"].includes(stateKey(state))),
        "every issue is in a wanted state",
      );
      equal(new Set(issues.map(({ identifier }) => identifier)).size, 153, "identifiers are unique (S-004)");
    },
  },
  {
    name: "takes ids as a set: each once, unknown ones left out (S-203)",
    async run(harness) {
      const { tracker, id } = await withIssue(harness);
      const found = await tracker.issuesByIds([id, "no-such-id", id], calmly);
      equal(
        found.map((issue) => issue.id),
        [id],
        "ids",
      );
    },
  },
  {
    name: "finds an issue by its identifier, and undefined when there is none (S-004)",
    async run(harness) {
      const { tracker, id, identifier } = await withIssue(harness);
      equal((await tracker.issueByIdentifier(identifier, calmly))?.id, id, "id behind the identifier");
      equal(await tracker.issueByIdentifier(`${identifier}-none`, calmly), undefined, "unknown identifier");
    },
  },
  {
    name: "asks nothing for empty input (S-202, S-203), and a tracker out of reach is an error, not an empty answer (S-204)",
    async run(harness) {
      const { tracker, id, identifier } = await withIssue(harness);
      await harness.sever();
      equal(await tracker.issuesByStates([], calmly), [], "no states");
      equal(await tracker.issuesByIds([], calmly), [], "no ids");
      const reads = [
        () => tracker.issuesByStates(["Todo"], calmly),
        () => tracker.issuesByIds([id], calmly),
        () => tracker.issueByIdentifier(identifier, calmly),
        () => tracker.comments(id, null, calmly),
        () => tracker.health(calmly),
      ];
      for (const read of reads) {
        const code = await codeOf(read);
        check(code?.startsWith("tracker_") === true, `a read out of reach throws a tracker_ code, got ${code}`);
      }
    },
  },
  {
    name: "leaves a malformed record out of a list and refuses to refresh it (S-205, S-206)",
    needs: ["malformed"],
    async run(harness) {
      const [good, bad] = await harness.seed([
        { identifier: "ISS-1", title: "Good", state: "Todo" },
        { identifier: "ISS-2", title: "Bad", state: "Todo" },
      ]);
      check(good !== undefined && bad !== undefined, "two issues are seeded");
      const tracker = await harness.open();
      await harness.breakIssue?.(bad.identifier);
      const found = await tracker.issuesByStates(["Todo"], calmly);
      equal(
        found.map(({ id }) => id),
        [good.id],
        "ids in the list",
      );
      await throwsCode("tracker_response", () => tracker.issuesByIds([good.id, bad.id], calmly));
      equal((await issueNow(tracker, good.id)).title, "Good", "a refresh without the malformed one");
      const fresh = await harness.reopen();
      await throwsCode("tracker_response", () => fresh.issuesByIds([bad.id], calmly));
    },
  },
  {
    name: "answers with snapshots that later changes do not reach",
    needs: ["move"],
    async run(harness) {
      const { tracker, id } = await withIssue(harness);
      const before = await tracker.issuesByStates(["Todo"], calmly);
      await tracker.move(id, { to: "Done", from: "Todo" }, calmly);
      equal(
        before.map(({ state }) => state),
        ["Todo"],
        "the state in an earlier answer",
      );
    },
  },
  {
    name: "shows what people change, and loses none of it when it writes itself",
    needs: ["external_edit", "label"],
    async run(harness) {
      const { tracker, id, identifier } = await withIssue(harness, { labels: ["kept"] });
      await issueNow(tracker, id);
      await harness.editByHand?.(identifier, { state: "Blocked", description: "By hand." });
      await tracker.label(id, { add: ["ours"], remove: [] }, calmly);
      const issue = await issueNow(tracker, id);
      equal([issue.state, issue.description], ["Blocked", "By hand."], "what the person wrote");
      equal(issue.labels, ["kept", "ours"], "labels");
    },
  },
  {
    name: "answers a health question, and closes twice without harm",
    async run(harness) {
      const { tracker } = await withIssue(harness);
      await tracker.health(calmly);
      await tracker.close();
      await tracker.close();
    },
  },
];
