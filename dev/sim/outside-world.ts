import type { OutsideFault } from "../../src/contracts/outside-faults.ts";
import { silentLog } from "../../src/base/log.ts";
import type { Clock } from "../../src/base/clock.ts";
import { type Random, seededRandom } from "../../src/base/random.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import { createMemoryForge, type MemoryForge } from "../../src/forges/memory/index.ts";
import { createMemoryTracker, type MemoryTracker } from "../../src/trackers/memory/index.ts";
import type { OutsideCall, OutsideLog } from "./outside-log.ts";

const FAULTS = ["fail", "lose_request", "lose_answer", "late", "stale"] as const;
/** How old a stale answer can be, milliseconds. */
const STALEST_MS = 45_000;
/** How long a late answer takes, milliseconds. */
const LATE_MS = 3_000;

interface Parts {
  readonly clock: Clock;
  readonly log: OutsideLog;
  readonly seed: number;
  readonly tracker: MemoryTracker;
  readonly forge: MemoryForge;
}

/** Tracker and forge with everything that goes wrong on the way to them, as Maestro and as people use them. */
export class OutsideWorld {
  readonly tracker: MemoryTracker;
  readonly forge: MemoryForge;
  readonly people: { readonly tracker: MemoryTracker; readonly forge: MemoryForge };
  /** Whether nothing goes wrong any more. */
  quiet = false;
  readonly #clock: Clock;
  readonly #log: OutsideLog;
  readonly #random: Random;
  readonly #wroteAt = { tracker: 0, forge: 0 };
  readonly #movedAt = new Map<string, number>();

  private constructor({ clock, log, seed, tracker, forge }: Parts) {
    this.#clock = clock;
    this.#log = log;
    this.#random = seededRandom(seed + 3_000_000);
    const faults = (system: OutsideCall["system"]) => ({ lateMs: LATE_MS, next: () => this.#fault(system) });
    this.tracker = tracker.connect({
      faults: faults("tracker"),
      onCall: (call) => this.#saw("maestro", "tracker", call),
    });
    this.forge = forge.connect({ faults: faults("forge"), onCall: (call) => this.#saw("maestro", "forge", call) });
    this.people = {
      tracker: tracker.connect({ onCall: (call) => this.#saw("person", "tracker", call) }),
      forge: forge.connect({ onCall: (call) => this.#saw("person", "forge", call) }),
    };
  }

  /** Both are empty, but for the base branch. */
  static async open(options: Pick<Parts, "clock" | "log" | "seed"> & { readonly baseSha: string }) {
    const { clock, log, seed, baseSha } = options;
    const context = {
      clock,
      random: seededRandom(seed + 4_000_000),
      log: silentLog,
      secrets: new SecretRegistry(),
      directory: "/",
      stateDirectory: "/",
      environment: {},
    };
    const tracker = await createMemoryTracker({ persist_state_updates: false, issues: [] }, context);
    const forge = createMemoryForge({}, context);
    forge.receivePush("main", baseSha, null);
    return new OutsideWorld({ clock, log, seed, tracker, forge });
  }

  /** When the issue was last moved, by whomever; 0: never. */
  movedAt(issueId: string): number {
    return this.#movedAt.get(issueId) ?? 0;
  }

  /** What goes wrong with a call. An answer is never staler than any outside system's caches. */
  #fault(system: OutsideCall["system"]): OutsideFault | undefined {
    if (this.quiet || this.#random.next() >= 0.06) return undefined;
    const fault = this.#random.pick(FAULTS);
    return fault === "stale" && this.#clock.now() - this.#wroteAt[system] > STALEST_MS ? undefined : fault;
  }

  #saw(
    by: OutsideCall["by"],
    system: OutsideCall["system"],
    call: Pick<OutsideCall, "verb" | "arguments" | "effect"> & {
      readonly issueId?: string | null;
      readonly changeId?: string | null;
    },
  ): void {
    const at = this.#clock.now();
    const { verb, effect } = call;
    const { ids, branch } = call.arguments;
    const one = call.issueId ?? call.changeId ?? branch;
    const subjects = Array.isArray(ids) ? ids.map(String) : [one == null ? "*" : String(one)];
    if (effect) this.#wroteAt[system] = at;
    for (const subject of subjects) {
      this.#log.calls.push({ at, by, system, verb, subject, arguments: call.arguments, effect });
      if (verb === "move" && effect) this.#movedAt.set(subject, at);
    }
  }
}
