import { expect, test } from "vitest";
import { loadText, problemsOf } from "./fixture.ts";

const file = (section: string): string =>
  [
    `workflow: {reconciliation: {change_proposal: ${section}}}`,
    "tracker: {kind: paper}",
    "repo: {path: ., provider: {kind: memory}}",
    "agent_provider: {kind: actor}",
  ].join("\n");

test("cards are not moved unless it is asked for", async () => {
  expect((await loadText(file("{}"))).reconciliation).toBeUndefined();
  expect((await loadText(file("{outcome_routes: {ready: merging}}"))).reconciliation).toBeUndefined();
});

test("what is asked for is read whole, with its defaults", async () => {
  const { reconciliation } = await loadText(
    file("{enabled: true, outcome_routes: {ready: merging, changes_requested: rework, already_merged: resolved}}"),
  );
  expect(reconciliation).toEqual({
    sourceRoutes: ["review"],
    gates: { approval: true, checks: true, mergeable: true },
    outcomes: { ready: "merging", changesRequested: "rework", failedChecks: null, alreadyMerged: "resolved" },
    confirmations: 2,
    maxPerPoll: 25,
  });
});

test.each([
  ["{enabled: true, outcome_routes: {ready: nowhere}}", "outcome_routes.ready", 'no route "nowhere"'],
  [
    "{enabled: true, outcome_routes: {ready: review}}",
    "outcome_routes.ready",
    "must be a route of the category merging",
  ],
  ["{enabled: true, outcome_routes: {already_merged: rejected}}", "outcome_routes.already_merged", "is canceled, stop"],
  ["{enabled: true, candidates: {source_routes: [look]}}", "candidates.source_routes", 'no route "look"'],
])("a route that cannot be meant is a problem at its place: %s", async (section, key, words) => {
  const problems = await problemsOf(loadText(file(section)));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(`workflow.reconciliation.change_proposal.${key}`);
  expect(problems[0]).toContain(words);
});
