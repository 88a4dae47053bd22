import { Kind, parse, validate } from "graphql";
import { describe, expect, it } from "vitest";
import { complexityOf } from "../../../dev/fakes/linear/complexity.ts";
import { linearSchema } from "../../../dev/fakes/linear/index.ts";
import * as documents from "../../../src/trackers/linear/documents.ts";
import { calmly, operations, stage } from "./stage.ts";

const QUESTIONS = Object.entries(documents).flatMap(([name, value]) =>
  typeof value === "object" ? [{ name, ...value }] : [],
);
/** What one query may cost, in points, of Linear's 10 000. */
const MOST = 4_000;

describe("every document", () => {
  it("is listed", () => {
    expect(QUESTIONS.length).toBeGreaterThan(15);
  });

  it.each(QUESTIONS)("$name fits the schema and costs a bounded number of points", ({ text, writes }) => {
    const document = parse(text);
    expect(validate(linearSchema(), document)).toEqual([]);
    const [operation] = document.definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error("a document is one operation");
    expect(operation.operation).toBe(writes ? "mutation" : "query");
    const points = complexityOf(document, operation, { first: documents.PAGE_SIZE });
    expect(points).toBeGreaterThan(0);
    expect(points).toBeLessThan(MOST);
  });

  it.each(QUESTIONS)("$name says of each list how much of it is wanted", ({ text }) => {
    // Unsaid it would be 50, and the points with it.
    const lists = [...text.matchAll(/(\w+)(\([^)]*\))? \{\s*nodes/g)];
    for (const [list, , wanted] of lists) expect(wanted, list).toMatch(/\bfirst: (\d+|\$first)/);
  });
});

it("a poll with 20 candidates and 5 running issues is 2 requests", async () => {
  const seeds = Array.from({ length: 20 }, (_, at) => ({
    identifier: `ISS-${at + 1}`,
    title: `Issue ${at + 1}`,
    state: at < 5 ? "In Progress" : "Todo",
    labels: ["agent"],
    blockedBy: at === 7 ? ["ISS-1"] : [],
  }));
  const ground = await stage(seeds);
  const tracker = ground.open();
  expect(await tracker.issuesByIds(ground.ids.slice(0, 5), calmly)).toHaveLength(5);
  expect(await tracker.issuesByStates(["Todo", "In Progress"], calmly)).toHaveLength(20);
  expect(operations(ground)).toEqual(["query issues", "query issues"]);
  expect(await tracker.issuesByIds(ground.ids.slice(0, 5), calmly)).toHaveLength(5);
  expect(await tracker.issuesByStates(["In Progress", "Todo"], calmly)).toHaveLength(20);
  const spent = ground.fake.server.log.calls.map(({ variables }) => {
    const document = parse(documents.ISSUES.text);
    const [operation] = document.definitions;
    return operation?.kind === Kind.OPERATION_DEFINITION ? complexityOf(document, operation, variables) : 0;
  });
  // The first poll does not know yet how many there are.
  expect(spent).toEqual([285, 2837, 285, 1419]);
  expect(tracker.budget()).toMatchObject({ limit: expect.any(Number), spent: 4 });
});
