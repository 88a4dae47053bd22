import { packagePath } from "../../base/package-path.ts";
import type { AgentProviderKind } from "../../contracts/agent-provider.ts";
import { type Launch, startSession } from "./client.ts";
import { parseMockOptions } from "./options.ts";
import type { MockOptions } from "./schema.ts";

/**
 * The mock agent: a process that does what a script says. `node` is the Node binary that runs its built-in program; `program` are the
 * arguments that start it, by default the package's compiled one.
 */
export function createMockAgent(parts: {
  readonly node: string;
  readonly program?: readonly string[];
}): AgentProviderKind {
  const program = parts.program ?? [packagePath("dist/agents/mock/program.js")];
  return {
    kind: "mock",
    parseOptions: (options) => {
      parseMockOptions(options);
      return options;
    },
    open: async (options) => {
      const mock = parseMockOptions(options);
      const launch = launchOf(mock.command, parts.node, program);
      return {
        kind: "mock",
        capabilities: { resume: true, tools: true, usage: true, interrupt: true },
        start: (request) => startSession(launch, mock, request),
      };
    },
  };
}

function launchOf(command: MockOptions["command"], node: string, program: readonly string[]): Launch {
  if (command === undefined) return { command: node, args: program, shellLine: null };
  if (typeof command === "string") return { command: "bash", args: ["-lc", command], shellLine: command };
  const [first = "", ...args] = command;
  return { command: first, args, shellLine: null };
}
