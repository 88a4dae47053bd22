import { programIn } from "../../contracts/agent-launch.ts";
import { probeBySession } from "../../contracts/agent-probe.ts";
import type { AgentProviderKind } from "../../contracts/agent-provider.ts";
import { startSession } from "./client.ts";
import { findLogin } from "./login.ts";
import { parseClaudeOptions } from "./options.ts";
import type { ClaudeOptions } from "./schema.ts";

/** Claude Code, over its own stream of JSON lines. */
export const claudeCodeAgent: AgentProviderKind = {
  kind: "claude_code",
  can: ["resume", "tools", "usage", "interrupt", "cost", "hardCaps", "approvals", "questions", "quotaSignals"],
  parseOptions: (options) => {
    parseClaudeOptions(options);
    return options;
  },
  open: async (options) => {
    const claude = parseClaudeOptions(options);
    return {
      kind: "claude_code",
      capabilities: {
        ...{ resume: true, tools: true, usage: true, interrupt: true, cost: true, hardCaps: ["cost"] },
        ...{ approvals: true, questions: true, quotaSignals: true, mcpServers: true, toolChannel: "mcp" },
      },
      hasOwnHome: true,
      litter: [".claude", ".claude.json"],
      login: ({ stateDirectory }) => ({
        argv: [programIn(programOf(claude)), "auth", "login"],
        env: { CLAUDE_CONFIG_DIR: `${stateDirectory}/config` },
      }),
      start: (request) => startSession(claude, request),
      probe: (request) =>
        probeBySession(
          {
            program: programOf(claude),
            tested: "2.1.x",
            start: (asked) => startSession(claude, asked),
            login: () => findLogin(claude, request),
          },
          request,
        ),
    };
  },
};

function programOf({ command, command_argv: argv }: ClaudeOptions): string {
  const named = command ?? argv ?? "claude";
  return typeof named === "string" ? named : (named[0] ?? "claude");
}
