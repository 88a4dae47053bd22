import { describe, expect, it } from "vitest";
import {
  closingReason,
  isClosing,
  labelOf,
  nameOf,
  type StateRules,
  stateOf,
} from "../../../src/trackers/github/states.ts";

const RULES: StateRules = {
  isByLabels: true,
  prefix: "status:",
  labels: { "In Review": "needs-review" },
  closed: ["Done", "Cancelled"],
};

describe("states", () => {
  it.each([
    [true, [], "Open"],
    [false, [], "Closed"],
    [true, ["bug", "status:Todo"], "Todo"],
    [true, ["Status: in progress "], "in progress"],
    [true, ["Needs-Review"], "In Review"],
    [true, ["status:"], "Open"],
    [true, ["status:Todo", "status:Doing"], "Doing"],
    [true, ["status:Done"], "Done"],
    [false, ["status:Done"], "Done"],
    [false, ["status:In Progress"], "Closed"],
  ])("open: %s with %j is %s", (isOpen, labels, state) => {
    expect(stateOf(RULES, { isOpen, labels })).toBe(state);
  });

  it("lead back to their labels", () => {
    expect(labelOf(RULES, " in review ")).toBe("needs-review");
    expect(labelOf(RULES, "Todo")).toBe("status:Todo");
    expect(labelOf(RULES, "open")).toBeNull();
    expect(nameOf(RULES, "bug")).toBeUndefined();
    expect([isClosing(RULES, "done"), isClosing(RULES, "Closed"), isClosing(RULES, "Todo")]).toEqual([
      true,
      true,
      false,
    ]);
    expect(["Done", "cancelled", "Won't do", "Duplicate"].map(closingReason)).toEqual([
      "completed",
      "not_planned",
      "not_planned",
      "not_planned",
    ]);
  });

  it("are only two where labels do not count", () => {
    const rules = { ...RULES, isByLabels: false, closed: [] };
    expect(stateOf(rules, { isOpen: true, labels: ["status:Todo"] })).toBe("Open");
    expect(labelOf(rules, "Todo")).toBeUndefined();
    expect(labelOf(rules, "CLOSED")).toBeNull();
  });
});
