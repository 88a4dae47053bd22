import type { TrackerProvider } from "../../contracts/tracker.ts";
import { parseLinearOptions, readLinearOptions, SECRET_KEYS } from "./options.ts";

/** Issues of Linear. The default states are those of Symphony's profile (S-045). */
export const linearTracker: TrackerProvider = {
  kind: "linear",
  lifecycle: {
    activeStates: ["Todo", "In Progress"],
    terminalStates: ["Closed", "Cancelled", "Canceled", "Duplicate", "Done"],
  },
  can: ["move", "comment", "label", "create", "update", "attach", "relations", "claim"],
  secretKeys: SECRET_KEYS,
  parseOptions: parseLinearOptions,
  // The SDK is 8 MB: it is loaded when a tracker is opened, not when a workflow file is checked.
  open: async (options, context) => {
    const settings = readLinearOptions(options, context);
    const { LinearTracker } = await import("./client.ts");
    return new LinearTracker(settings, context);
  },
};
