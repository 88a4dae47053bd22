import { expect, it } from "vitest";
import type { AuthorTrust } from "../../src/model/change.ts";
import { commandIn, mayAnswer } from "../../src/policy/index.ts";

const CASES: readonly (readonly [body: string, found: object | null])[] = [
  ["/maestro approve SHOP-3.1", { verb: "approve_request", request: "SHOP-3.1", body: "" }],
  ["  /maestro deny SHOP-3.1 not now\nreally", { verb: "deny_request", request: "SHOP-3.1", body: "not now\nreally" }],
  [
    "/Maestro Approve acme/app#7.q2\nthe second",
    { verb: "approve_request", request: "acme/app#7.q2", body: "the second" },
  ],
  ["please /maestro approve SHOP-3.1", null],
  ["> /maestro approve SHOP-3.1", null],
  ["/maestro approve", null],
  ["/maestro merge SHOP-3.1", null],
  ["", null],
];

it.each(CASES)("%j", (body, found) => {
  expect(commandIn(body)).toEqual(found);
});

it.each<[AuthorTrust | undefined, boolean]>([
  ["member", true],
  ["self", false],
  ["bot", false],
  ["outsider", false],
  [undefined, false],
])("a comment by %s may answer: %s", (trust, may) => {
  expect(mayAnswer({ topic: null, ...(trust === undefined ? {} : { trust }) })).toBe(may);
  expect(mayAnswer({ topic: "approval-1", trust: "member" })).toBe(false);
});
