import { Mutex } from "../base/mutex.ts";
import type { Runtime } from "../contracts/runtime.ts";

/**
 * What all HostGits over one state directory share, so that they keep out of each other's way: a reloaded workflow makes a new one while runs still
 * hold the old one.
 */
export class Turns {
  /** Work with the remote and on the mirror. */
  readonly mirror = new Mutex();
  /** By workspace key, the commit that the lane's index was put to, while nothing has touched it since. */
  readonly indexes = new Map<string, string>();
  readonly #lanes = new Map<string, Mutex>();
  #leftovers: Promise<void> | undefined;
  #commands = 0;

  /** Work on one lane. */
  lane(key: string): Mutex {
    const turn = this.#lanes.get(key) ?? new Mutex();
    this.#lanes.set(key, turn);
    return turn;
  }

  /** A number that no other command has. */
  nextCommand(): number {
    this.#commands += 1;
    return this.#commands;
  }

  /** Ends the commands of an earlier process, once and before the first of this one; tried again when it failed. */
  async afterLeftovers(end: () => Promise<void>): Promise<void> {
    this.#leftovers ??= end();
    try {
      await this.#leftovers;
    } catch (error) {
      this.#leftovers = undefined;
      throw error;
    }
  }
}

const SHARED = new WeakMap<Runtime, Map<string, Turns>>();

/** The turns of a state directory on a machine. */
export function turnsOf(runtime: Runtime, stateDirectory: string): Turns {
  const known = SHARED.get(runtime) ?? new Map<string, Turns>();
  SHARED.set(runtime, known);
  const turns = known.get(stateDirectory) ?? new Turns();
  known.set(stateDirectory, turns);
  return turns;
}
