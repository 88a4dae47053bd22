import { describe, expect, test } from "vitest";
import { type Behaviour, moneyWorld } from "../sim/money-world.ts";

const WEEK = 7 * 24 * 3_600_000;
/** A week of polls takes some 13 s on a machine that does other things too. */
const PATIENCE_MS = 120_000;

const spend: Behaviour = async ({ send }) => {
  send({ type: "usage", input_tokens: 90, output_tokens: 10, model: "gpt-5" });
  return undefined;
};

/** Commits, reverts, adds nothing but blanks, checkpoints and moves, round and round. */
const circles: Behaviour = async (turn) => {
  const { process, session, send } = turn;
  const text = ["one\n", "two\n", " one \n\n", "t w o"][session % 4] ?? "";
  await process.runtime.writeText(`${process.cwd}/a.txt`, text);
  send({ type: "tool_call", id: `c${session}`, name: "run_checkpoint", arguments: { summary: `step ${session}` } });
  return spend(turn);
};

describe("an issue that is left active for a week", () => {
  test(
    "uses three sessions with an agent that idles, and restarts change nothing",
    async () => {
      const world = await moneyWorld(spend);
      await world.create("Never done");
      for (let day = 0; day < 7; day += 1) {
        await world.clock.advance(WEEK / 7);
        if (day === 2) world.crash();
        else if (day % 2 === 1) await world.stop();
        if (day % 2 === 1 || day === 2) await world.boot();
      }
      expect(world.sessions).toHaveLength(3);
      const [issue] = await world.issues();
      expect(issue?.labels).toContain("maestro:needs-attention");
      const said = (await world.comments(issue?.id ?? "")).map(({ body }) => body).join("\n");
      expect(said).toContain("3 sessions in a row made no progress that Maestro could see.");
      expect(said).toContain("no_progress");
    },
    PATIENCE_MS,
  );

  test(
    "uses five with one that commits, reverts and checkpoints in circles: two trees were new",
    async () => {
      const world = await moneyWorld(circles);
      await world.create("Round and round");
      await world.clock.advance(WEEK);
      expect(world.sessions).toHaveLength(5);
    },
    PATIENCE_MS,
  );
});
