import { afterEach, describe, it } from "vitest";
import type { ModelScript } from "../../../dev/fakes/models/script.ts";
import {
  AGENT_PROVIDER_CASES,
  type AgentBehaviour,
  type AgentHarness,
} from "../../../src/contracts/conformance/agent-provider.ts";
import { Bench } from "../bench.ts";
import { GEMINI } from "../acp/gemini-options.ts";
import { OPENCODE } from "../acp/opencode-options.ts";
import { CLAUDE, claude } from "./claude.ts";
import { gemini } from "./gemini.ts";
import { opencode } from "./opencode.ts";
import type { Play, Player } from "./play.ts";

// Codex has its own rig: test/agents/codex/real-conformance.test.ts.
const PLAYERS: readonly (readonly [name: string, program: string | null, Player])[] = [
  ["claude_code", CLAUDE, claude],
  ["opencode", OPENCODE, opencode],
  ["gemini", GEMINI, gemini],
];

let bench: Bench | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
});

/** A request without tools is a side question, for a title. */
function asMain(script: ModelScript): ModelScript {
  return (request) => (request.tools.length === 0 ? [{ text: "A title" }] : script(request));
}

function commandOf({ command }: Player, play: Play): readonly string[] {
  if (play.wrapper !== undefined) return ["sh", "-c", play.wrapper, "agent", ...command];
  return play.command ?? command;
}

function harnessOf(player: Player): AgentHarness {
  const play = (behaviour: AgentBehaviour): Play => {
    const play = player.plays[behaviour];
    if (typeof play === "string") throw new Error(play);
    return play;
  };
  return {
    start: async (behaviour) => {
      const { script, options, start = {}, ...rest } = play(behaviour);
      const on = await Bench.open(asMain(script));
      bench = on;
      const command = commandOf(player, { script, ...rest });
      const started = await on.start(
        player.kind,
        { ...player.options(on.model.url), ...options, command },
        { ...start, env: { ...player.env?.(on.model.url), ...start.env } },
      );
      const { events, calls, asked } = on;
      return { start: started, events, calls, asked, abort: () => on.abort(), survivors: () => on.survivors() };
    },
  };
}

describe.each(PLAYERS)("agent provider %s, with the real program", (_name, program, player) => {
  it.for(AGENT_PROVIDER_CASES)("$name", { timeout: 300_000 }, async ({ needs, run }, { skip }) => {
    const play = player.plays[needs];
    skip(program === null, "it is not installed");
    skip(typeof play === "string", `gap: ${String(play)}`);
    await run(harnessOf(player));
  });
});
