import { geminiAgent } from "../../../src/agents/acp/index.ts";
import { GEMINI_COMMAND, GEMINI_OPTIONS, geminiEnv } from "../acp/gemini-options.ts";
import { callsTools, EXITS_WITH_3, goesOn, type Player, PLAYS } from "./play.ts";

const shell = (command: string) => ({ tool: "run_shell_command", args: { command, description: "does it" } });

/** Gemini CLI over ACP in the cases of the contract. */
export const gemini: Player = {
  kind: geminiAgent,
  command: GEMINI_COMMAND,
  options: () => GEMINI_OPTIONS,
  env: geminiEnv,
  plays: {
    ...PLAYS,
    calls_tools: callsTools("mcp_maestro_"),
    asks: "Gemini CLI offers its model nothing to ask a person with over ACP",
    out_of_quota: "Gemini CLI does not pass on when a quota is new; that it is used up is shown in real-gemini.test.ts",
    exits: { script: () => [shell("kill -9 $PPID")], wrapper: EXITS_WITH_3 },
    goes_on: goesOn(shell),
    waits: { script: ({ outcomes }) => (outcomes.length === 0 ? [shell("sleep 60")] : [{ hang: true }]) },
    floods: "ACP does not part thoughts, so that ten thousand of them are one; the cases of acp tell as many calls",
  },
};
