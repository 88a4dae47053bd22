import { useEffect, useState } from "preact/hooks";
import { type ApiProblem, problemOf } from "./problem.ts";

/** What is known of a document: the newest that came, and why a newer one did not. */
export interface Known<T> {
  readonly data: T | null;
  readonly problem: ApiProblem | null;
  readonly isLoading: boolean;
}

/** Asks for a document. `show`: what came so far, of one that comes in parts. */
type Load<T> = (show: (data: T) => void) => Promise<T>;

/** A document of the service that several parts of the page look at. What is there stays until something newer comes. */
export class Resource<T> {
  #known: Known<T> = { data: null, problem: null, isLoading: false };
  #isStale = true;
  #isAskedAgain = false;
  readonly #listeners = new Set<() => void>();
  readonly #load: Load<T>;

  constructor(load: Load<T>) {
    this.#load = load;
  }

  get known(): Known<T> {
    return this.#known;
  }

  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  /** Calls back on each change. Loads when what is there is missing or old. Returns how to stop. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (this.#isStale) void this.reload();
    return () => this.#listeners.delete(listener);
  }

  /** Says that something newer exists; whoever looks next gets it. */
  outdate(): void {
    this.#isStale = true;
  }

  /** Changes what is known without asking, e.g. by an event that carries it. */
  change(by: (data: T) => T): void {
    const { data } = this.#known;
    if (data !== null) this.#set({ ...this.#known, data: by(data) });
  }

  /** Asks the service. Two calls at once are one request, with another after it. Never rejects. */
  async reload(): Promise<void> {
    if (this.#known.isLoading) {
      this.#isAskedAgain = true;
      return;
    }
    this.#isStale = false;
    this.#set({ ...this.#known, isLoading: true });
    try {
      const show = (data: T): void => this.#set({ data, problem: null, isLoading: true });
      this.#set({ data: await this.#load(show), problem: null, isLoading: false });
    } catch (error) {
      this.#isStale = true;
      this.#set({ ...this.#known, problem: problemOf(error), isLoading: false });
    }
    if (!this.#isAskedAgain) return;
    this.#isAskedAgain = false;
    await this.reload();
  }

  #set(known: Known<T>): void {
    this.#known = known;
    for (const listener of this.#listeners) listener();
  }
}

/** Documents of one kind that are kept when nobody looks at them. */
const KEPT = 40;

/** Documents of one kind, each made when it is first asked for; of those that nobody looks at the oldest give way. */
export class Family<T> {
  readonly #members = new Map<string, Resource<T>>();
  readonly #load: (id: string, show: (data: T) => void) => Promise<T>;

  constructor(load: (id: string, show: (data: T) => void) => Promise<T>) {
    this.#load = load;
  }

  at(id: string): Resource<T> {
    const known = this.#members.get(id);
    if (known !== undefined) return known;
    const made = new Resource<T>((show) => this.#load(id, show));
    const idle = [...this.#members].filter(([, member]) => !member.isWatched);
    for (const [name] of idle.slice(0, Math.max(0, idle.length - KEPT + 1))) this.#members.delete(name);
    this.#members.set(id, made);
    return made;
  }

  /** The document if it was asked for before. */
  known(id: string): Resource<T> | undefined {
    return this.#members.get(id);
  }

  entries(): readonly (readonly [string, Resource<T>])[] {
    return [...this.#members];
  }
}

const NOTHING = { data: null, problem: null, isLoading: false } as const;

/** What is known of a resource, now and after each change. */
export function useResource<T>(resource: Resource<T> | null): Known<T> {
  const [, setTurn] = useState(0);
  useEffect(() => resource?.watch(() => setTurn((turn) => turn + 1)), [resource]);
  return resource?.known ?? NOTHING;
}
