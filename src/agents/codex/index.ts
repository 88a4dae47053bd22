import { programIn } from "../../contracts/agent-launch.ts";
import type { AgentProviderKind } from "../../contracts/agent-provider.ts";
import { commandOf, parseCodexOptions } from "./options.ts";
import { probeCodex } from "./probe.ts";
import { startSession } from "./start.ts";

/** Codex through its app server, over standard input and output. */
export const codexAgent: AgentProviderKind = {
  kind: "codex",
  can: [
    "resume",
    "tools",
    "usage",
    "interrupt",
    "steer",
    "sandbox",
    "approvals",
    "questions",
    "quotaSignals",
    "contextWindow",
  ],
  parseOptions: (options) => {
    parseCodexOptions(options);
    return options;
  },
  open: async (options) => {
    const codex = parseCodexOptions(options);
    return {
      kind: "codex",
      capabilities: {
        resume: true,
        tools: true,
        usage: true,
        interrupt: true,
        steer: true,
        sandbox: true,
        approvals: true,
        questions: true,
        quotaSignals: true,
        contextWindow: true,
        mcpServers: true,
        toolChannel: codex.tools === "dynamic" ? "session" : "mcp",
      },
      hasOwnHome: true,
      login: ({ stateDirectory }) => ({
        argv: [programIn(commandOf(codex)), "login"],
        env: { CODEX_HOME: stateDirectory },
      }),
      start: (request) => startSession(codex, request),
      probe: (request) => probeCodex(codex, request),
    };
  },
};
