import { MaestroError } from "../base/errors.ts";
import { nearestOf } from "../base/nearest.ts";

/** What a registry keeps of one kind: loaded only when it is asked for, so that `--help` loads no adapter. */
export interface RegistryEntry<T> {
  readonly kind: string;
  /** Who registered it: `maestro` or a plugin's name; removing by it unloads the plugin whole. */
  readonly source: string;
  readonly load: () => Promise<T>;
}

/** The kinds of one axis. Kinds are open strings: a plugin can add one. */
export class Registry<T> {
  readonly axis: string;
  readonly #entries = new Map<string, RegistryEntry<T>>();

  /** `axis` is what the user calls it in the workflow file, e.g. `tracker.kind`. */
  constructor(axis: string) {
    this.axis = axis;
  }

  /** Adds a kind. Throws `duplicate_kind` when it is taken. */
  register(entry: RegistryEntry<T>): void {
    const taken = this.#entries.get(entry.kind);
    if (taken !== undefined) {
      throw new MaestroError({
        code: "duplicate_kind",
        message: `${this.axis} "${entry.kind}" is already registered by ${taken.source}`,
      });
    }
    this.#entries.set(entry.kind, entry);
  }

  /** Removes everything that `source` registered. */
  unregister(source: string): void {
    for (const [kind, entry] of this.#entries) if (entry.source === source) this.#entries.delete(kind);
  }

  /** The known kinds, sorted. */
  kinds(): string[] {
    return [...this.#entries.keys()].sort();
  }

  /** Loads a kind. Throws `unsupported_kind`, naming the known ones and the nearest. */
  async load(kind: string): Promise<T> {
    const entry = this.#entries.get(kind);
    if (entry !== undefined) return entry.load();
    const nearest = nearestOf(kind, this.kinds());
    throw new MaestroError({
      code: "unsupported_kind",
      message: `${this.axis} "${kind}" is not known; known: ${this.kinds().join(", ")}`,
      ...(nearest === undefined ? {} : { hint: `did you mean "${nearest}"?` }),
      facts: { axis: this.axis, kind, known: this.kinds() },
    });
  }
}
