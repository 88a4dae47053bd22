import type { JsonObject } from "../../base/json.ts";
import { invalidOptions } from "../../contracts/adapter-options.ts";
import { validateMockOptions } from "./schema.gen.ts";
import type { MockOptions } from "./schema.ts";

const KEYS = ["command", "message", "complete_issue_state", "scripts", "log"] satisfies (keyof MockOptions)[];

/** Checks `agent_provider.options`. Throws `agent_invalid_config` with the path of what is wrong. */
export function parseMockOptions(options: JsonObject): MockOptions {
  if (validateMockOptions(options)) return options;
  throw invalidOptions(validateMockOptions.errors ?? [], {
    code: "agent_invalid_config",
    key: "agent_provider.options",
    knownKeys: (path) => (path.length === 0 ? KEYS : path[0] === "scripts" && path.length === 2 ? ["runs"] : []),
  });
}
