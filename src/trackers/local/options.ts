import { homedir } from "node:os";
import { resolve } from "node:path";
import type { JsonObject } from "../../base/json.ts";
import { invalidOptions } from "../../contracts/adapter-options.ts";
import { validateLocalOptions } from "./schema.gen.ts";

/** The options as the client uses them. */
export interface LocalSettings {
  /** Absolute path of the folder with the issue files. */
  readonly directory: string;
  /** What the identifiers of new issues begin with. */
  readonly prefix: string;
}

const KEYS = ["directory", "prefix"];

/** Checks `tracker.provider` and completes it. Throws `tracker_invalid_config` with `path`. */
export function parseLocalOptions(options: JsonObject): JsonObject {
  // The generated check may write into what it reads.
  const copy: unknown = structuredClone(options);
  if (!validateLocalOptions(copy)) {
    throw invalidOptions(validateLocalOptions.errors ?? [], {
      code: "tracker_invalid_config",
      key: "tracker.provider",
      knownKeys: () => KEYS,
    });
  }
  return { directory: copy.directory ?? ".maestro/issues", prefix: copy.prefix ?? "ISS" };
}

/** The options made absolute: `~` is the home folder (S-072), relative paths start at the workflow file's folder. */
export function readLocalOptions(options: JsonObject, workflowDirectory: string): LocalSettings {
  const { directory, prefix } = parseLocalOptions(options);
  const path = String(directory)
    .trim()
    .replace(/^~(?=\/|$)/, homedir);
  return { directory: resolve(workflowDirectory, path), prefix: String(prefix) };
}
