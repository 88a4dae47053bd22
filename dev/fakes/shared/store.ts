import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Now } from "./clock.ts";

const KEPT = 50;

/** A fake's state: plain JSON data, so that it can be saved, loaded, compared and shown as it was a moment ago. */
export class Store<State> {
  readonly state: State;
  readonly #now: Now;
  readonly #path: string | undefined;
  #past: { until: number; text: string }[] = [];
  #text: string;

  constructor(seed: State, now: Now, path: string | undefined) {
    const saved = path !== undefined && existsSync(path);
    this.state = saved ? (JSON.parse(readFileSync(path, "utf8")) as State) : seed;
    this.#now = now;
    this.#path = path;
    this.#text = JSON.stringify(this.state);
  }

  /** Tells that the state was changed: keeps what it was and saves what it is. */
  commit(): void {
    this.#past.push({ until: this.#now(), text: this.#text });
    if (this.#past.length > KEPT) this.#past.shift();
    this.#text = JSON.stringify(this.state);
    if (this.#path === undefined) return;
    writeFileSync(`${this.#path}.new`, this.#text);
    renameSync(`${this.#path}.new`, this.#path);
  }

  /** The state as it was `lagMs` ago; a copy unless nothing changed since. */
  at(lagMs: number): State {
    const instant = this.#now() - lagMs;
    const past = this.#past.find(({ until }) => until > instant);
    return past === undefined ? this.state : (JSON.parse(past.text) as State);
  }
}
