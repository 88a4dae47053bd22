import { describe, expect, it } from "vitest";
import { freezable, freezableClock, Frost } from "../../dev/sim/frost.ts";
import { drainMicrotasks, VirtualClock } from "../../dev/sim/virtual-clock.ts";

describe("frost", () => {
  it("holds back what was asked in it, and what was answered in it, until it thaws", async () => {
    const frost = new Frost();
    const seen: string[] = [];
    let answer: (text: string) => void = () => undefined;
    const port = freezable(
      {
        ask: (text: string) => {
          seen.push(`asked ${text}`);
          return new Promise<string>((resolve) => {
            answer = resolve;
          });
        },
        name: () => "port",
      },
      frost,
      ["name"],
    );
    void port.ask("one").then((text) => seen.push(text));
    await drainMicrotasks(10);
    frost.freeze();
    answer("answer one");
    void port.ask("two");
    await drainMicrotasks(10);
    expect(seen).toEqual(["asked one"]);
    expect(port.name()).toBe("port");
    frost.thaw();
    await drainMicrotasks(10);
    expect(seen.toSorted()).toEqual(["answer one", "asked one", "asked two"]);
  });

  it("lets timers fire late, once, and those never that were canceled meanwhile", async () => {
    const frost = new Frost();
    const time = new VirtualClock();
    const clock = freezableClock(time, frost);
    const fired: string[] = [];
    clock.setTimer(10, () => fired.push("one"));
    const canceled = clock.setTimer(10, () => fired.push("two"));
    void clock.sleep(10).then(() => fired.push("slept"));
    frost.freeze();
    await time.advance(100);
    canceled.cancel();
    expect(fired).toEqual([]);
    frost.thaw();
    await drainMicrotasks(10);
    expect(fired.toSorted()).toEqual(["one", "slept"]);
  });
});
