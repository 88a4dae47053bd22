import { posix } from "node:path";
import { isMaestroError } from "../base/errors.ts";
import { parseJson } from "../base/json.ts";
import type { Log } from "../base/log.ts";
import type { Runtime } from "../contracts/runtime.ts";
import type { Place } from "./place.ts";
import { validateWorkspaceState } from "./schema.gen.ts";
import type { WorkspaceState } from "./schema.ts";

const ENDING = ".json";

/**
 * What is known about a workspace. `undefined` when nothing is, or nothing that can be relied on: such a folder is never handed to an
 * agent as it is. Throws what the runtime throws when the file is there and cannot be read.
 */
export async function readState(runtime: Runtime, log: Log, place: Place): Promise<WorkspaceState | undefined> {
  const path = statePath(place);
  if ((await runtime.stat(path)) === undefined) return undefined;
  const text = await runtime.readText(path);
  const state = parsed(text);
  if (validateWorkspaceState(state) && state.key === place.key) return state;
  log.warn("the state of a workspace is damaged; it will be made anew", { workspace: place.key, path });
  return undefined;
}

/**
 * Writes what is known. It outlives this process, not a power failure: that costs a new population, as a folder of which nothing is known is
 * kept and made anew.
 */
export async function writeState(
  runtime: Runtime,
  place: Place,
  state: Omit<WorkspaceState, "version" | "key">,
): Promise<void> {
  const whole: WorkspaceState = { version: 1, key: place.key, ...state };
  await runtime.writeText(statePath(place), `${JSON.stringify(whole)}\n`, {
    mode: 0o600,
    durable: false,
  });
}

/** Forgets the workspace. */
export async function removeState(runtime: Runtime, place: Place): Promise<void> {
  await runtime.remove(statePath(place));
}

/** The keys of all workspaces that Maestro made and has not removed, sorted. */
export async function knownKeys(runtime: Runtime, own: string): Promise<string[]> {
  const entries = await runtime.list(own);
  const files = entries.filter(({ name, kind }) => kind === "file" && !name.startsWith(".") && name.endsWith(ENDING));
  return files.map(({ name }) => name.slice(0, -ENDING.length));
}

function statePath({ own, key }: Place): string {
  return posix.join(own, `${key}${ENDING}`);
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    // Not even JSON is one way of being damaged; the schema refuses `undefined` like the others.
    if (isMaestroError(error)) return undefined;
    throw error;
  }
}
