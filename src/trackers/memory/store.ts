import { join } from "node:path";
import { readTextIfExists, writeFileAtomic } from "../../base/atomic-file.ts";
import { MaestroError, messageOf } from "../../base/errors.ts";
import { withFileLock } from "../../base/file-lock.ts";
import { isJsonObject, parseJson } from "../../base/json.ts";
import { Mutex } from "../../base/mutex.ts";
import { outsideFileError } from "../../contracts/outside-files.ts";
import type { AdapterContext } from "../../contracts/tracker.ts";
import type { MemoryState } from "./schema.ts";
import { validateMemoryState } from "./schema.gen.ts";
import { EMPTY_STATE } from "./state.ts";

/** What a change makes of the state; without `next` nothing happens. */
export interface StateChange<T> {
  readonly next?: MemoryState;
  readonly result: T;
}

/** Where the tracker's state is kept. States are never modified, only replaced. */
export interface MemoryStore {
  read(): Promise<MemoryState>;
  /** Reads, changes and writes as one step that no other client interrupts. */
  update<T>(signal: AbortSignal, change: (state: MemoryState) => StateChange<T>): Promise<StateChange<T>>;
  /** The state before the last write through this store, or `undefined`. */
  before(): MemoryState | undefined;
}

/** A state that lives and dies with the process. */
export function processStore(): MemoryStore {
  let state = EMPTY_STATE;
  let before: MemoryState | undefined;
  return {
    read: async () => state,
    update: async (_signal, change) => {
      const changed = change(state);
      if (changed.next !== undefined) {
        before = state;
        state = changed.next;
      }
      return changed;
    },
    before: () => before,
  };
}

/** How long a write waits for another process, milliseconds. */
const LOCK_WAIT_MS = 10_000;

/** A state in `<stateDirectory>/memory-tracker.json`, shared by every process that opens it. */
export function fileStore({ stateDirectory, clock }: AdapterContext): MemoryStore {
  const path = join(stateDirectory, "memory-tracker.json");
  const mutex = new Mutex();
  let known: { readonly text: string; readonly state: MemoryState } | undefined;
  let before: MemoryState | undefined;
  const read = async (): Promise<MemoryState> => {
    const text = await readTextIfExists(path).catch((error: unknown) => {
      throw outsideFileError("tracker", error);
    });
    if (text === undefined) return EMPTY_STATE;
    if (text !== known?.text) known = { text, state: parseState(text, path) };
    return known.state;
  };
  return {
    read,
    update: async (signal, change) => {
      const write = async () => {
        const state = await read();
        const changed = change(state);
        if (changed.next === undefined) return changed;
        await writeFileAtomic(path, `${JSON.stringify(changed.next, null, 2)}\n`, { mode: 0o600 });
        before = state;
        return changed;
      };
      try {
        // The mutex first: clients in one process must not wait for each other by the clock, which may be a virtual one.
        return await mutex.run(() => withFileLock(path, { clock, waitMs: LOCK_WAIT_MS, signal }, write), signal);
      } catch (error) {
        throw outsideFileError("tracker", error);
      }
    },
    before: () => before,
  };
}

function parseState(text: string, path: string): MemoryState {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw unreadable(path, messageOf(error), error);
  }
  if (validateMemoryState(value)) return value;
  if (isJsonObject(value) && typeof value.version === "number" && value.version > 1) {
    throw unreadable(path, `it has version ${value.version}, this Maestro reads version 1`);
  }
  const fault = validateMemoryState.errors?.[0];
  throw unreadable(path, `${fault?.instancePath ?? ""} ${fault?.message ?? "is not valid"}`.trim());
}

function unreadable(path: string, why: string, cause?: unknown): MaestroError {
  return new MaestroError({
    code: "tracker_response",
    message: `${path} cannot be read: ${why}`,
    hint: "Mend the file, or move it away to begin again with the issues of the workflow file.",
    facts: { path },
    cause,
  });
}
