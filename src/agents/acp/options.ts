import type { JsonObject } from "../../base/json.ts";
import { MaestroError } from "../../base/errors.ts";
import { invalidOptions } from "../../contracts/adapter-options.ts";
import { validateAcpOptions } from "./schema.gen.ts";
import type { AcpOptions } from "./schema.ts";

const KEYS = [
  "command",
  "command_argv",
  "model",
  "mode",
  "env",
  "config",
  "startup_timeout_ms",
] satisfies (keyof AcpOptions)[];

/** Checks `agent_provider.options`. Throws `agent_invalid_config` with the path of what is wrong. */
export function parseAcpOptions(options: JsonObject): AcpOptions {
  if (validateAcpOptions(options)) return options;
  throw invalidOptions(validateAcpOptions.errors ?? [], {
    code: "agent_invalid_config",
    key: "agent_provider.options",
    knownKeys: (path) => (path.length === 0 ? KEYS : []),
  });
}

/** The program that the options name. Throws `agent_invalid_config` when neither they nor the preset name one. */
export function commandOf(options: AcpOptions, preset: readonly string[] | null): string | readonly string[] {
  const command = options.command ?? options.command_argv ?? preset;
  if (command !== null) return command;
  throw new MaestroError({
    code: "agent_invalid_config",
    message: "agent_provider.options.command is missing",
    hint: "Name the agent's program and its arguments as a list, e.g. [my-agent, --acp].",
    facts: { path: ["command"] },
  });
}
