import { opencodeAgent } from "../../../src/agents/acp/index.ts";
import { OPENCODE, opencodeOptions } from "../acp/opencode-options.ts";
import { callsTools, EXITS_WITH_3, goesOn, type Player, PLAYS } from "./play.ts";

const shell = (command: string) => ({ tool: "bash", args: { command, description: "does it" } });

/** Opencode over ACP in the cases of the contract. */
export const opencode: Player = {
  kind: opencodeAgent,
  command: [OPENCODE ?? "", "acp"],
  options: opencodeOptions,
  plays: {
    ...PLAYS,
    calls_tools: callsTools("maestro_"),
    asks: "opencode has nothing to ask a person with over ACP: its question tool is off there",
    out_of_quota:
      "opencode does not pass on when its provider's quota is new; that it is used up is shown in real-opencode.test.ts",
    exits: { script: () => [shell("kill -9 $PPID")], wrapper: EXITS_WITH_3 },
    goes_on: goesOn(shell),
    waits: { script: ({ outcomes }) => (outcomes.length === 0 ? [shell("sleep 60")] : [{ hang: true }]) },
    floods:
      "opencode keeps each thought in its store and takes minutes for as many; the cases of acp tell as many calls",
  },
};
