import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../../dev/sim/virtual-clock.ts";
import { seededRandom } from "../../../src/base/random.ts";
import type { Command, CommandAnswer } from "../../../src/model/command.ts";
import { ask } from "../../../src/orchestrator/commands/index.ts";

describe("asking", () => {
  const question = { workflowId: "w", actor: "cli:ann", verb: "pause", arguments: {} };
  const answer: CommandAnswer = { ok: true, code: "paused", sentence: "Paused.", at: 1 };

  /** An inbox whose questions are answered after so many looks. */
  function inbox(looks: number) {
    const asked: Omit<Command, "answer">[] = [];
    let left = looks;
    return {
      asked,
      ask: async (command: Omit<Command, "answer">) => void asked.push(command),
      answer: async () => {
        left -= 1;
        return left < 0 ? answer : null;
      },
    };
  }

  it("puts the question on record before anybody is nudged, and waits for the answer", async () => {
    const clock = new VirtualClock();
    const open = inbox(3);
    const nudge = async (): Promise<boolean> => {
      expect(open.asked).toMatchObject([{ ...question, askedAt: clock.now() }]);
      return true;
    };
    const parts = { inbox: open, clock, random: seededRandom(1), nudge };
    const answered = ask(parts, question, 1_000, new AbortController().signal);
    await clock.advance(100);
    expect(await answered).toEqual(answer);
  });

  it("without a service the question stays on record and nobody waits", async () => {
    const clock = new VirtualClock();
    const open = inbox(0);
    const parts = { inbox: open, clock, random: seededRandom(1), nudge: async () => false };
    expect(await ask(parts, question, 1_000, new AbortController().signal)).toBeNull();
    expect(open.asked).toHaveLength(1);
    expect(clock.pendingTimers()).toBe(0);
  });

  it("does not wait longer than it may", async () => {
    const clock = new VirtualClock();
    const parts = { inbox: inbox(1_000), clock, random: seededRandom(1), nudge: async () => true };
    const answered = ask(parts, question, 1_000, new AbortController().signal);
    await clock.advance(1_000);
    expect(await answered).toBeNull();
  });
});
