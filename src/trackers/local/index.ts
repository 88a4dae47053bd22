import type { TrackerProvider } from "../../contracts/tracker.ts";
import { LocalTracker } from "./client.ts";
import { parseLocalOptions, readLocalOptions } from "./options.ts";

/** Issues as Markdown files in the project. No lifecycle of its own: states are what people write. */
export const localTracker: TrackerProvider = {
  kind: "local",
  lifecycle: null,
  can: ["move", "comment", "label", "create", "watch", "update", "attach", "relations"],
  secretKeys: [],
  parseOptions: parseLocalOptions,
  open: async (options, context) => new LocalTracker(readLocalOptions(options, context.directory), context),
};
