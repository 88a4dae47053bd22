import type { JsonObject } from "../../base/json.ts";
import { invalidOptions } from "../../contracts/adapter-options.ts";
import { validateClaudeOptions } from "./schema.gen.ts";
import type { ClaudeOptions } from "./schema.ts";

const KEYS = [
  "command",
  "command_argv",
  "model",
  "permission_mode",
  "tools",
  "allowed_tools",
  "append_system_prompt",
  "max_budget_usd",
  "settings",
  "env",
] satisfies (keyof ClaudeOptions)[];

/** Checks `agent_provider.options`. Throws `agent_invalid_config` with the path of what is wrong. */
export function parseClaudeOptions(options: JsonObject): ClaudeOptions {
  if (validateClaudeOptions(options)) return options;
  throw invalidOptions(validateClaudeOptions.errors ?? [], {
    code: "agent_invalid_config",
    key: "agent_provider.options",
    knownKeys: (path) => (path.length === 0 ? KEYS : []),
  });
}
