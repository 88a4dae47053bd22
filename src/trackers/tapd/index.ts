import type { TrackerProvider } from "../../contracts/tracker.ts";
import { parseTapdOptions, readTapdOptions, SECRET_KEYS } from "./options.ts";

/** Stories and bugs of a workspace in TAPD. What its states mean differs from workspace to workspace, so there are no defaults. */
export const tapdTracker: TrackerProvider = {
  kind: "tapd",
  lifecycle: null,
  readsLifecycle: true,
  can: ["move", "comment", "label", "create", "update", "attach", "relations", "claim"],
  secretKeys: SECRET_KEYS,
  parseOptions: parseTapdOptions,
  // The readers of HTML and Markdown are loaded when a tracker is opened, not when a workflow file is checked.
  open: async (options, context) => {
    const settings = readTapdOptions(options, context);
    const { TapdTracker } = await import("./client.ts");
    return new TapdTracker(settings, context);
  },
};
