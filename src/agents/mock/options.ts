import { MaestroError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { validateMockOptions } from "./schema.gen.ts";
import type { MockOptions } from "./schema.ts";

/** Checks `agent_provider.options`. Throws `agent_invalid_config` with the path of the first wrong key. */
export function parseMockOptions(options: JsonObject): MockOptions {
  if (validateMockOptions(options)) return options;
  const [first] = validateMockOptions.errors ?? [];
  const path = (first?.instancePath ?? "").split("/").slice(1);
  const unknown = first?.keyword === "additionalProperties" ? String(first.params.additionalProperty) : undefined;
  if (unknown !== undefined) path.push(unknown);
  const what = unknown === undefined ? (first?.message ?? "is not valid") : "is not known";
  throw new MaestroError({
    code: "agent_invalid_config",
    message: `agent_provider.options${path.map((key) => `.${key}`).join("")} ${what}.`,
    hint: "The keys are listed in src/agents/mock/README.md.",
    facts: { path },
  });
}
