import { expect, it } from "vitest";
import { calmly, operations, stage } from "./stage.ts";

const SEEDS = Array.from({ length: 20 }, (_, at) => ({
  identifier: `ISS-${at + 1}`,
  title: `${at}`,
  state: at < 5 ? "Doing" : "Todo",
}));

it("asks one list and one refresh in a cycle, whether anything changed or not", async () => {
  const ground = await stage(SEEDS);
  const tracker = ground.open();
  const counts: number[] = [];
  for (let cycle = 0; cycle < 3; cycle += 1) {
    const before = operations(ground).length;
    expect(await tracker.issuesByStates(["Todo", "Doing"], calmly)).toHaveLength(20);
    expect(await tracker.issuesByIds(ground.ids.slice(0, 5), calmly)).toHaveLength(5);
    counts.push(operations(ground).length - before);
  }
  expect(counts.slice(1)).toEqual([2, 2]);
  expect(counts[0]).toBeLessThanOrEqual(3);
});
