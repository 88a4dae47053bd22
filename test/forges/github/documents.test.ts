import { parse, validate } from "graphql";
import { describe, expect, it } from "vitest";
import { githubSchema } from "../../../dev/fakes/github/graphql/schema.ts";
import * as documents from "../../../src/forges/github/documents.ts";
import * as ofTracker from "../../../src/trackers/github/documents.ts";

const { changesDocument, ...rest } = documents;
const ALL = { changes: changesDocument([1, 2]), ...rest };

/** What a document may bring, as GitHub counts it: each connection for each node above it. */
function nodesOf(text: string): { nodes: number; requests: number } {
  let nodes = 0;
  let requests = 0;
  const walk = (selection: { selectionSet?: unknown }, times: number): void => {
    const set = selection.selectionSet as { selections: readonly Record<string, unknown>[] } | undefined;
    for (const field of set?.selections ?? []) {
      const given = (field.arguments ?? []) as { name: { value: string }; value: { value?: string } }[];
      const size = given.find(({ name }) => name.value === "first" || name.value === "last")?.value.value;
      if (size !== undefined) {
        nodes += times * Number(size);
        requests += times;
      }
      walk(field, times * Number(size ?? 1));
    }
  };
  for (const definition of parse(text).definitions) walk(definition as { selectionSet?: unknown }, 1);
  return { nodes, requests };
}

describe("the documents", () => {
  it.each([...Object.entries(ALL), ...Object.entries(ofTracker)])(
    "%s stands against GitHub's published schema",
    (_, text) => {
      expect(validate(githubSchema(), parse(text)).map(({ message }) => message)).toEqual([]);
    },
  );

  it("stay far below what GitHub allows for one document, and cost a poll of five changes few points", () => {
    const most = nodesOf(changesDocument(Array.from({ length: 20 }, (_, at) => at + 1)));
    expect(most.nodes).toBeLessThan(50_000);
    const five = nodesOf(changesDocument([1, 2, 3, 4, 5]));
    expect(Math.round(five.requests / 100)).toBeLessThanOrEqual(2);
  });
});
