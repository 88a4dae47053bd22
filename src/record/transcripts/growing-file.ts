import { open, stat } from "node:fs/promises";
import { systemCode } from "../../base/errors.ts";

const CHUNK_BYTES = 64 * 1024;

/**
 * What a file holds and what is appended to it, until nobody finds it under its name any more. `wait` is asked for a pause whenever there
 * is nothing new; `false` from it is the end.
 */
export async function* readGrowing(path: string, wait: () => Promise<boolean>): AsyncIterable<Buffer> {
  const file = await open(path, "r");
  try {
    const { ino } = await file.stat();
    // What was written before it was removed is still to be read after that was seen.
    for (let isLast = false; ; isLast = !(await isStill(path, ino))) {
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, null);
        if (bytesRead === 0) break;
        yield buffer.subarray(0, bytesRead);
      }
      if (isLast || !(await wait())) return;
    }
  } finally {
    await file.close();
  }
}

async function isStill(path: string, ino: number): Promise<boolean> {
  try {
    return (await stat(path)).ino === ino;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}
