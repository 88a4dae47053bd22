import { expect, it } from "vitest";
import { Pacer } from "../../src/dashboard/data/pacer.ts";

/** A clock that only moves when it is told to. */
function clock() {
  let now = 0;
  let due: { at: number; run: () => void }[] = [];
  return {
    now: () => now,
    later: (run: () => void, ms: number) => void due.push({ at: now + ms, run }),
    move(ms: number): void {
      const end = now + ms;
      for (;;) {
        const next = due.filter(({ at }) => at <= end).sort((left, right) => left.at - right.at)[0];
        if (next === undefined) break;
        due = due.filter((timer) => timer !== next);
        now = next.at;
        next.run();
      }
      now = end;
    },
  };
}

it("starts at most one call per gap, each key once, the newest call of a key", () => {
  const time = clock();
  const pacer = new Pacer({ gapMs: 500, now: time.now, later: time.later });
  const calls: string[] = [];
  const call = (key: string, words = key): void => pacer.request(key, () => calls.push(`${time.now()} ${words}`));
  for (let turn = 0; turn < 100; turn += 1) {
    call("status", `status ${turn}`);
    call("lane");
    time.move(10);
  }
  time.move(5_000);
  expect(calls).toEqual(["0 status 0", "500 lane", "1000 status 99", "1500 lane"]);
});

it("does not wait when nothing was asked for a while", () => {
  const time = clock();
  const pacer = new Pacer({ gapMs: 500, now: time.now, later: time.later });
  const calls: number[] = [];
  pacer.request("a", () => calls.push(time.now()));
  time.move(2_000);
  pacer.request("a", () => calls.push(time.now()));
  time.move(0);
  expect(calls).toEqual([0, 2_000]);
});
