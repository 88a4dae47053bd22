import type { JsonObject } from "../../base/json.ts";
import type { AdapterContext, TrackerProvider } from "../../contracts/tracker.ts";
import type { MemoryPorts } from "./calls.ts";
import { MemoryTracker } from "./client.ts";
import { parseMemoryOptions, readMemoryOptions } from "./options.ts";
import { fileStore, processStore } from "./store.ts";

export type { MemoryPorts } from "./calls.ts";
export type { MemoryTracker } from "./client.ts";
export type { MemoryCall, MemoryFault } from "./faults.ts";

/**
 * Opens a memory tracker with ports that no workflow file can ask for. `connect` on the result gives further clients of the same
 * tracker. Throws `tracker_invalid_config`.
 */
export async function createMemoryTracker(
  options: JsonObject,
  context: AdapterContext,
  ports: MemoryPorts = {},
): Promise<MemoryTracker> {
  const { issues, persist } = readMemoryOptions(options);
  const store = persist ? fileStore(context) : processStore();
  return new MemoryTracker({ declared: issues, store, context, watchers: new Set() }, ports);
}

/** Issues that stand in the workflow file or are pushed by a command. No lifecycle of its own: states are what people write. */
export const memoryTracker: TrackerProvider = {
  kind: "memory",
  lifecycle: null,
  can: ["move", "comment", "label", "create", "watch", "update", "attach", "relations"],
  secretKeys: [],
  parseOptions: parseMemoryOptions,
  open: (options, context) => createMemoryTracker(options, context),
};
