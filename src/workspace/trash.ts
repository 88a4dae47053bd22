import { posix } from "node:path";
import { messageOf } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Runtime } from "../contracts/runtime.ts";
import { freePath } from "./free-path.ts";
import { look, type Place } from "./place.ts";

/**
 * Takes whatever stands at the workspace's path away in one step, so that a crash never leaves half a folder there. A link goes itself,
 * not what it leads to. It is deleted by `emptyTrash`.
 */
export async function discard(runtime: Runtime, place: Place): Promise<void> {
  if ((await look(runtime, place)) === "nothing") return;
  const trash = trashOf(place.own);
  await runtime.makeDirectory(trash);
  // A key cannot begin with a dot, so the number in front cannot be taken for a part of it.
  const target = await freePath(runtime, (number) => posix.join(trash, `${number}.${place.key}`));
  await runtime.rename(place.path, target);
}

/** Deletes what was discarded of one key, or of all (after a crash). What cannot be deleted now stays for the next time. */
export async function emptyTrash(runtime: Runtime, log: Log, own: string, key: string | null): Promise<void> {
  const trash = trashOf(own);
  if ((await runtime.stat(trash)) === undefined) return;
  for (const { name } of await runtime.list(trash)) {
    if (key !== null && name.slice(name.indexOf(".") + 1) !== key) continue;
    try {
      await runtime.remove(posix.join(trash, name));
    } catch (error) {
      log.warn("a removed workspace could not be deleted yet", {
        path: posix.join(trash, name),
        reason: messageOf(error),
      });
    }
  }
}

function trashOf(own: string): string {
  return posix.join(own, "trash");
}
