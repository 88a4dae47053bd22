import { resolve } from "node:path";
import type { PluginApi } from "../../../src/contracts/plugin.ts";
import { BookFile } from "./book.ts";
import { todoTracker } from "./tracker.ts";

const DEFAULTS = { file: "todo.txt", open_state: "Todo", done_state: "Done" };

/** Registers the tracker `todo_txt`. */
export function activate(api: PluginApi): void {
  api.tracker({
    kind: "todo_txt",
    lifecycle: { activeStates: ["Todo", "In Progress", "Rework", "Merging"], terminalStates: ["Done", "Canceled"] },
    secretKeys: [],
    parseOptions: (options) => {
      for (const [key, value] of Object.entries(options)) {
        const known = Object.keys(DEFAULTS);
        const message = known.includes(key) ? "must be text that is not blank" : "is not a known key";
        if (known.includes(key) && typeof value === "string" && value.trim() !== "") continue;
        const facts = { path: [key], ...(known.includes(key) ? {} : { known }) };
        throw api.error({ code: "tracker_invalid_config", message: `tracker.provider.${key} ${message}`, facts });
      }
      return { ...DEFAULTS, ...options };
    },
    open: async (options, { directory }) => {
      const path = resolve(directory, String(options.file));
      const states = { open: String(options.open_state), done: String(options.done_state) };
      return todoTracker(api, new BookFile(path, api), path, states);
    },
  });
}
