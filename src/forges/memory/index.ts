import type { JsonObject } from "../../base/json.ts";
import type { ForgeProvider } from "../../contracts/forge.ts";
import type { OutsideFaults } from "../../contracts/outside-faults.ts";
import type { AdapterContext } from "../../contracts/tracker.ts";
import type { MemoryForgeCall } from "./calls.ts";
import { MemoryForge } from "./client.ts";
import { parseMemoryOptions } from "./options.ts";
import { EMPTY_STATE } from "./state.ts";

export type { MemoryForgeCall, MemoryForgePorts } from "./calls.ts";
export type { MemoryForge } from "./client.ts";

/**
 * A new, empty memory forge with faults and a call log that no workflow file can ask for. `connect` on the result gives further clients
 * of the same forge, e.g. after a restart. Throws `forge_invalid_config`.
 */
export function createMemoryForge(
  options: JsonObject,
  context: Pick<AdapterContext, "clock" | "random">,
  faults?: OutsideFaults,
  onCall?: (call: MemoryForgeCall) => void,
): MemoryForge {
  parseMemoryOptions(options);
  const outside = { context, watchers: new Set<() => void>(), state: EMPTY_STATE, before: undefined };
  const ports = { ...(faults === undefined ? {} : { faults }), ...(onCall === undefined ? {} : { onCall }) };
  return new MemoryForge(outside, ports);
}

/** Changes in the memory of this process, without Git: for the simulation and for tests. */
export const memoryForge: ForgeProvider = {
  kind: "memory",
  can: ["reviews", "publishChecks", "merge"],
  secretKeys: [],
  parseOptions: parseMemoryOptions,
  open: async (options, context) => createMemoryForge(options, context),
};
