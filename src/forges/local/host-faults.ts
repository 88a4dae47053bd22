import { readTextIfExists } from "../../base/atomic-file.ts";
import { MaestroError } from "../../base/errors.ts";
import { parseJson } from "../../base/json.ts";
import { LATE_MS, type OutsideFault } from "../../contracts/outside-faults.ts";
import type { HostFaultList } from "./schema.ts";
import { validateHostFaultList } from "./schema.gen.ts";

/** What goes wrong with one call. */
export interface HostFault {
  readonly fault: OutsideFault | "none";
  readonly lateMs: number;
}

/**
 * The faults file of a host: a JSON list. Each call of a verb takes the first entry of that verb that none took before; without one
 * nothing goes wrong. It is read at every call, so that a test may add to it. `undefined`: no file, no faults.
 */
export class HostFaults {
  readonly #path: string | undefined;
  readonly #taken = new Map<string, number>();

  constructor(path: string | undefined) {
    this.#path = path;
  }

  /** Whether any call could meet a fault. */
  get isPresent(): boolean {
    return this.#path !== undefined;
  }

  /** Takes the next fault of a verb. Throws `forge_invalid_config` when the file cannot be read as a list of faults. */
  async take(verb: string): Promise<HostFault> {
    const entry = await this.#next(verb);
    return { fault: entry?.fault ?? "none", lateMs: entry?.late_ms ?? LATE_MS };
  }

  async #next(verb: string): Promise<HostFaultList[number] | undefined> {
    if (this.#path === undefined) return undefined;
    const text = await readTextIfExists(this.#path);
    const list: unknown = text === undefined || text.trim() === "" ? [] : parseJson(text);
    if (!validateHostFaultList(list)) {
      throw new MaestroError({ code: "forge_invalid_config", message: `${this.#path} is no list of faults.` });
    }
    const taken = this.#taken.get(verb) ?? 0;
    const entry = list.filter((candidate) => candidate.verb === verb)[taken];
    if (entry !== undefined) this.#taken.set(verb, taken + 1);
    return entry;
  }
}
