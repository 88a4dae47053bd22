import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareCandidates, orderCandidates } from "../../src/policy/index.ts";
import { issueOf } from "./facts.ts";

const candidate = fc
  .record({
    priority: fc.option(fc.oneof(fc.integer({ min: -2, max: 9 }), fc.constant(1.5))),
    createdAt: fc.option(fc.integer({ min: 0, max: 3 })),
    identifier: fc.string({ maxLength: 2 }),
  })
  .map((changes) => issueOf(changes));

describe("the order of candidates (S-114)", () => {
  it.each([
    ["priorities 1 to 4 ascending", [{ priority: 3 }, { priority: 1 }, { priority: 4 }], [1, 0, 2]],
    ["0, 5, fractions and none in one bucket after", [{ priority: 0 }, { priority: null }, { priority: 4 }], [2, 0, 1]],
    ["oldest first, unknown age last", [{ createdAt: null }, { createdAt: 9 }, { createdAt: 2 }], [2, 1, 0]],
    ["then by identifier", [{ identifier: "b" }, { identifier: "B" }, { identifier: "a" }], [1, 2, 0]],
  ])("%s", (_name, changes, expected) => {
    const issues = changes.map((change, index) => issueOf({ ...change, id: String(index) }));
    expect(orderCandidates(issues).map(({ id }) => Number(id))).toEqual(expected);
  });

  it("is total, stable and leaves its input alone", () => {
    fc.assert(
      fc.property(fc.array(candidate, { maxLength: 12 }), (drawn) => {
        const issues = drawn.map((issue, index) => ({ ...issue, id: String(index) }));
        const before = structuredClone(issues);
        const ordered = orderCandidates(issues);
        expect(issues).toEqual(before);
        expect(new Set(ordered)).toEqual(new Set(issues));
        expect(orderCandidates(ordered)).toEqual(ordered);
        for (const [index, left] of ordered.entries()) {
          for (const right of ordered.slice(index + 1)) {
            const order = compareCandidates(left, right);
            expect(order).toBeLessThanOrEqual(0);
            expect(Math.sign(compareCandidates(right, left))).toBe(order === 0 ? 0 : 1);
            if (order === 0) {
              expect(left.identifier).toBe(right.identifier);
              expect(Number(left.id)).toBeLessThan(Number(right.id));
            }
          }
        }
      }),
    );
  });
});
