import { packagePath } from "../../base/package-path.ts";
import type { AgentProviderKind } from "../../contracts/agent-provider.ts";
import { launchOf } from "../../contracts/agent-launch.ts";
import { probeBySession } from "../../contracts/agent-probe.ts";
import { startSession } from "./client.ts";
import { parseMockOptions } from "./options.ts";

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
    can: ["resume", "tools", "usage", "interrupt"],
    parseOptions: (options) => {
      parseMockOptions(options);
      return options;
    },
    open: async (options) => {
      const mock = parseMockOptions(options);
      const command = mock.command ?? [parts.node, ...program];
      return {
        kind: "mock",
        capabilities: { resume: true, tools: true, usage: true, interrupt: true },
        ...(mock.litter === undefined ? {} : { litter: mock.litter }),
        start: (request) => startSession(launchOf(command, request.env), mock, request),
        probe: (request) =>
          probeBySession(
            {
              program: typeof command === "string" ? command : (command[0] ?? ""),
              tested: "any",
              start: (asked) => startSession(launchOf(command, asked.env), mock, asked),
              login: async () => "none: it asks no model",
            },
            request,
          ),
      };
    },
  };
}
