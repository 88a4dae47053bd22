import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ISSUE_TABS, issuePath, parseRoute } from "../../src/dashboard/route.ts";

describe("addresses", () => {
  it("lead back to what they were made of, whatever an issue is called", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: "grapheme" }),
        fc.constantFrom(...ISSUE_TABS),
        fc.option(fc.integer({ min: 1, max: 1_000 })),
        (identifier, tab, run) => {
          const [path = "", query = ""] = issuePath(identifier, tab, run).split("?");
          expect(parseRoute(path, query)).toEqual({ page: "issue", identifier, tab, run });
        },
      ),
    );
  });

  it.each([
    ["/", { page: "home" }],
    ["/issues/SHOP-3", { page: "issue", identifier: "SHOP-3", tab: "timeline", run: null }],
    ["/issues/SHOP-3/diff/", { page: "issue", identifier: "SHOP-3", tab: "diff", run: null }],
    ["/issues/SHOP-3/dif", { page: "unknown", path: "/issues/SHOP-3/dif" }],
    ["/issues", { page: "unknown", path: "/issues" }],
    ["/issues/%E4%A", { page: "unknown", path: "/issues/%E4%A" }],
    ["/elsewhere", { page: "unknown", path: "/elsewhere" }],
  ])("%s", (path, route) => expect(parseRoute(path)).toEqual(route));

  it("minds no run that cannot be one", () => {
    expect(parseRoute("/issues/A/transcript", "?run=-1")).toMatchObject({ run: null });
    expect(parseRoute("/issues/A/transcript", "?run=2&x=y")).toMatchObject({ run: 2 });
  });
});
