/** Wakes whoever waits for something that is told by calls and events. */
export class News {
  readonly #waiting = new Set<() => void>();

  /** Something happened. */
  tell(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Waits until the condition holds; it is asked again whenever something happened. The test's own limit ends it. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }
}
