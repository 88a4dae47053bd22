import { probeBySession } from "../../contracts/agent-probe.ts";
import { launchOf, programIn } from "../../contracts/agent-launch.ts";
import type { AgentProviderKind, SessionRequest, SessionStart } from "../../contracts/agent-provider.ts";
import { toMaestroError } from "../../base/errors.ts";
import { startSession } from "./client.ts";
import { commandOf, parseAcpOptions } from "./options.ts";
import type { Preset } from "./preset.ts";
import type { AcpOptions } from "./schema.ts";

/** A kind of agent behind ACP v1. */
export function createAcpAgent(preset: Preset): AgentProviderKind {
  return {
    kind: preset.kind,
    can: ["resume", "tools", "usage", "interrupt", "cost", "approvals", "contextWindow"],
    parseOptions: (options) => {
      commandOf(parseAcpOptions(options), preset.command);
      return options;
    },
    open: async (options) => {
      const acp = parseAcpOptions(options);
      return {
        kind: preset.kind,
        capabilities: {
          ...{ resume: true, tools: true, usage: true, interrupt: true, cost: true },
          ...{ approvals: true, contextWindow: true, mcpServers: true, toolChannel: "mcp" },
        },
        hasOwnHome: true,
        litter: preset.litter,
        ...(preset.loginCommand === undefined
          ? {}
          : { login: preset.loginCommand(programIn(commandOf(acp, preset.command))) }),
        start: (request) => start(preset, acp, request),
        probe: (request) =>
          probeBySession(
            {
              program: programOf(commandOf(acp, preset.command)),
              tested: preset.tested,
              start: (asked) => start(preset, acp, asked),
              login: () => preset.login(acp, request),
            },
            request,
          ),
      };
    },
  };
}

function programOf(command: string | readonly string[]): string {
  return typeof command === "string" ? command : (command[0] ?? "");
}

async function start(preset: Preset, options: AcpOptions, request: SessionRequest): Promise<SessionStart> {
  try {
    const prepared = await preset.prepare(options, request);
    const env = { ...request.env, ...prepared.env, ...options.env };
    const command = commandOf(options, preset.command);
    // A shell line is the operator's own: nothing is added to it.
    const whole = typeof command === "string" ? command : [...command, ...prepared.args];
    return await startSession(
      {
        launch: launchOf(whole, env),
        mode: options.mode ?? null,
        startupMs: options.startup_timeout_ms ?? request.limits.startupMs,
        readTotals: prepared.readTotals,
      },
      request,
    );
  } catch (error) {
    const sentence = `The agent's folders could not be prepared: ${toMaestroError(error).message}`;
    return { ok: false, failure: { kind: "process_exit", sentence, resetAt: null } };
  }
}
