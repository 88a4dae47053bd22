/** An answer that need not be sent again while its ETag stands. */
export interface KeptAnswer {
  readonly etag: string;
  readonly data: unknown;
  /** The address of the next page, if there is one. */
  readonly link: string | undefined;
}

/** Answers by what was asked; the ones used longest ago go first. */
export class EtagCache {
  readonly #most: number;
  readonly #answers = new Map<string, KeptAnswer>();

  /** Keeps at most `most` answers. */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): KeptAnswer | undefined {
    const answer = this.#answers.get(key);
    if (answer === undefined) return undefined;
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    return answer;
  }

  set(key: string, answer: KeptAnswer): void {
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > this.#most && oldest !== undefined) this.#answers.delete(oldest);
  }
}
