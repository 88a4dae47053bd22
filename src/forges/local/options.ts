import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { JsonObject } from "../../base/json.ts";
import { invalidOptions } from "../../contracts/adapter-options.ts";
import type { AdapterContext } from "../../contracts/tracker.ts";
import type { LocalForgeOptions } from "./schema.ts";
import { validateLocalForgeOptions } from "./schema.gen.ts";

/** The options as the client uses them. */
export interface LocalForgeSettings {
  /** Absolute path of the bare repository. */
  readonly repository: string;
  /** Absolute path of the socket of a host program; `null`: the forge works in this process. */
  readonly socket: string | null;
}

const KEYS = ["repository", "socket"];

/** Checks `repo.provider`. Throws `forge_invalid_config` with `path`. */
export function parseLocalOptions(options: JsonObject): JsonObject {
  return checked(options);
}

/** The options made absolute: `~` is the home folder (S-072), relative paths start at the workflow file's folder. */
export function readLocalOptions(
  options: JsonObject,
  { directory, stateDirectory }: Pick<AdapterContext, "directory" | "stateDirectory">,
): LocalForgeSettings {
  const { repository, socket } = checked(options);
  const absolute = (path: string): string => resolve(directory, path.trim().replace(/^~(?=\/|$)/, homedir));
  return {
    repository: repository === undefined ? join(stateDirectory, "forge", "repository.git") : absolute(repository),
    socket: socket === undefined ? null : absolute(socket),
  };
}

function checked(options: JsonObject): LocalForgeOptions & JsonObject {
  if (validateLocalForgeOptions(options)) return options;
  throw invalidOptions(validateLocalForgeOptions.errors ?? [], {
    code: "forge_invalid_config",
    key: "repo.provider",
    knownKeys: () => KEYS,
  });
}
