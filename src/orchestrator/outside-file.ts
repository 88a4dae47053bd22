import { rm } from "node:fs/promises";
import { join } from "node:path";
import { readTextIfExists, writeFileAtomic } from "../base/atomic-file.ts";
import { parseJson } from "../base/json.ts";
import type { OutsideDocument } from "../model/documents/outside.ts";
import { validateOutsideFile } from "./schema.gen.ts";

const NAME = "outside.json";

/** Keeps for commands in other processes what only a running service knows of tracker and forge. */
export class OutsideFile {
  readonly #path: string;
  readonly #instance: string;
  #kept = "";

  constructor(stateDirectory: string, instance: string) {
    this.#path = join(stateDirectory, NAME);
    this.#instance = instance;
  }

  /** Writes what has changed. Rejects with what writing a file rejects with. */
  async write(outside: OutsideDocument): Promise<void> {
    const text = `${JSON.stringify({ version: 1, instance: this.#instance, outside })}\n`;
    if (text === this.#kept) return;
    await writeFileAtomic(this.#path, text, { mode: 0o600 });
    this.#kept = text;
  }

  remove(): Promise<void> {
    return rm(this.#path, { force: true });
  }
}

/** What the running service left; `null` when it has left nothing that can be read. */
export async function readOutsideFile(stateDirectory: string): Promise<OutsideDocument | null> {
  try {
    const value: unknown = parseJson((await readTextIfExists(join(stateDirectory, NAME))) ?? "null");
    return validateOutsideFile(value) ? value.outside : null;
  } catch {
    // It says nothing that a status could not do without.
    return null;
  }
}
