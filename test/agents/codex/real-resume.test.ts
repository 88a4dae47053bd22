import { afterEach, describe, expect, it } from "vitest";
import type { TokenUsage } from "../../../src/model/usage.ts";
import { closeRigs, CODEX, note, openRig, type Rig, shell } from "./rig.ts";

afterEach(closeRigs);

function usages(rig: Rig): TokenUsage[] {
  return rig.events.flatMap((event) => (event.type === "usage" ? [event.usage] : []));
}

const usage = (input: number, output: number) => ({
  inputTokens: input,
  outputTokens: output,
  totalTokens: input + output,
});

describe.skipIf(CODEX === null)("a real Codex after a crash", () => {
  it("goes on in its thread after kill -9 in the middle of a turn, and counts nothing twice", async () => {
    const rig = await openRig(({ said, outcomes }) => {
      if (said === "go on") return [{ text: "and now the rest" }, { usage: { input: 50, output: 5 } }];
      if (outcomes.length === 0) return [shell("echo first"), { usage: { input: 100, output: 10 } }];
      return [{ text: "half of it" }, { hang: true }];
    });
    const first = await rig.session();
    const turn = first.turn("go");
    await rig.until(() => rig.model.asked.length === 2);
    const baseline = first.baseline?.();
    await rig.kill();
    expect((await turn).failure?.kind).toBe("process_exit");
    expect(await rig.survivors()).toBe(0);
    await first.stop();

    const second = await rig.session({
      request: { resume: first.id, ...(baseline === undefined ? {} : { baseline }) },
    });
    expect(second).toMatchObject({ id: first.id, resumed: true });
    expect((await second.turn("go on")).finalMessage).toBe("and now the rest");
    expect(rig.model.asked.at(-1)?.everything).toContain("go");
    expect(usages(rig)).toEqual([usage(100, 10), usage(50, 5)]);
    expect(rig.events.filter(({ type }) => type === "model_call")).toHaveLength(2);
    expect(second.baseline?.()).toEqual(usage(150, 15));
  });

  it("bills what was used and never told, and nothing when nobody knows what was told", async () => {
    const rig = await openRig(() => [{ text: "hello" }, { usage: { input: 100, output: 10 } }]);
    const first = await rig.session();
    await first.turn("go");
    await first.stop();
    rig.events.length = 0;

    const knowing = await rig.session({ request: { resume: first.id, baseline: usage(60, 4) } });
    await rig.until(() => usages(rig).length > 0);
    expect(usages(rig)).toEqual([usage(40, 6)]);
    await knowing.stop();
    rig.events.length = 0;

    const unknowing = await rig.session({ request: { resume: first.id } });
    await unknowing.turn("go");
    expect(usages(rig)).toEqual([usage(100, 10)]);
  });

  it("sees the tools of today in a thread of yesterday", async () => {
    const rig = await openRig(({ said, outcomes }) =>
      said === "note" && outcomes.length === 0 ? [note("x")] : [{ text: "hello" }],
    );
    const first = await rig.session({ tools: "none" });
    await first.turn("go");
    await first.stop();
    const second = await rig.session({ request: { resume: first.id } });
    await second.turn("note");
    expect(rig.calls).toHaveLength(1);
  });

  it.each(["019a0000-0000-7000-8000-000000000000", "no id at all"])(
    "begins a new thread when there is none to resume (%s), and says so",
    async (resume) => {
      const rig = await openRig(() => [{ text: "hello" }, { usage: { input: 10, output: 1 } }]);
      const session = await rig.session({ request: { resume, baseline: usage(1_000, 1_000) } });
      expect(session.resumed).toBe(false);
      expect(session.id).not.toBe(resume);
      expect(rig.told("activity")).toEqual([expect.stringContaining(`${resume} cannot be resumed`)]);
      expect((await session.turn("go")).finalMessage).toBe("hello");
      expect(usages(rig)).toEqual([usage(10, 1)]);
    },
  );

  it("does not write into a thread that another process has", async () => {
    const rig = await openRig(() => [{ text: "hello" }]);
    const first = await rig.session();
    await first.turn("go");
    const second = await rig.session({ request: { resume: first.id } });
    expect(second.resumed).toBe(false);
    expect(second.id).not.toBe(first.id);
  });
});
