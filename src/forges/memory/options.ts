import type { JsonObject } from "../../base/json.ts";
import { invalidOptions } from "../../contracts/adapter-options.ts";
import { validateMemoryForgeOptions } from "./schema.gen.ts";

/** Checks `repo.provider`, which has no keys of its own here. Throws `forge_invalid_config` with `path`. */
export function parseMemoryOptions(options: JsonObject): JsonObject {
  if (validateMemoryForgeOptions(options)) return {};
  throw invalidOptions(validateMemoryForgeOptions.errors ?? [], {
    code: "forge_invalid_config",
    key: "repo.provider",
    knownKeys: () => [],
  });
}
