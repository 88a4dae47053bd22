import { claudeCodeAgent } from "../../../src/agents/claude-code/index.ts";
import { realAgent } from "../bench.ts";
import { callsTools, EXITS_WITH_3, goesOn, type Player, PLAYS, THOUGHTS } from "./play.ts";

/** The real Claude Code, or `null`. */
export const CLAUDE = realAgent("claude");

const choices = ["A", "B"].map((label) => ({ label, description: label }));
const QUESTION = { question: "which one?", header: "Which", multiSelect: false, options: choices };
const QUOTA = {
  "anthropic-ratelimit-unified-status": "rejected",
  "anthropic-ratelimit-unified-reset": "1900000000",
  "anthropic-ratelimit-unified-representative-claim": "five_hour",
};
const shell = (command: string) => ({ tool: "Bash", args: { command, description: "does it" } });

/** Claude Code in the cases of the contract. */
export const claude: Player = {
  kind: claudeCodeAgent,
  command: [CLAUDE ?? ""],
  options: () => ({ model: "claude-sonnet-4-5" }),
  env: (url) => ({ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: "fake-key" }),
  plays: {
    ...PLAYS,
    calls_tools: callsTools("mcp__maestro__"),
    asks: {
      script: ({ outcomes }) =>
        outcomes.length === 0 ? [{ tool: "AskUserQuestion", args: { questions: [QUESTION] } }] : [{ text: "done" }],
      options: { tools: ["Bash", "AskUserQuestion"] },
      start: { allow: false },
    },
    out_of_quota: {
      script: () => [{ fail: "usage_limit", headers: QUOTA }],
      // It tells of its limits only with the login of a subscription.
      start: { env: { ANTHROPIC_API_KEY: "", CLAUDE_CODE_OAUTH_TOKEN: "fake-token" } },
    },
    exits: { script: () => [shell("kill -9 $PPID")], wrapper: EXITS_WITH_3 },
    goes_on: goesOn(shell),
    waits: { script: ({ outcomes }) => (outcomes.length === 0 ? [shell("(sleep 60; true)")] : [{ hang: true }]) },
    floods: THOUGHTS,
  },
};
