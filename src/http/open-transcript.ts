/** What comes next in a transcript. */
export type Next = { readonly line: string } | "nothing yet" | "ended";

/** A transcript that is read line by line, at any pace, while its run may still add to it. */
export class OpenTranscript {
  readonly #lines: AsyncIterator<string>;
  #next: Promise<Next> | null = null;
  /** Set while the reader waits for more. */
  #goOn: ((isWanted: boolean) => void) | null = null;
  #onIdle: (() => void) | null = null;

  /** `open` is given what the reader waits with when there is nothing new. */
  constructor(open: (wait: () => Promise<boolean>) => AsyncIterable<string>) {
    const wait = (): Promise<boolean> =>
      new Promise((resolve) => {
        this.#goOn = resolve;
        this.#onIdle?.();
      });
    this.#lines = open(wait)[Symbol.asyncIterator]();
  }

  /** What comes next, without taking it. Rejects with what reading rejects with. */
  async peek(): Promise<Next> {
    this.#next ??= this.#read();
    if (this.#goOn !== null) return "nothing yet";
    const idle = new Promise<Next>((resolve) => {
      this.#onIdle = () => resolve("nothing yet");
    });
    return Promise.race([this.#next, idle]);
  }

  /** Takes the line that comes next. */
  take(): void {
    this.#next = null;
  }

  /** Looks again, after there was nothing. */
  wake(): void {
    this.#goOn?.(true);
    this.#goOn = null;
  }

  /** Lets go of the file. */
  close(): void {
    this.#goOn?.(false);
    this.#goOn = null;
    // What goes wrong while a file is let go of concerns nobody who reads.
    this.#next?.catch(() => undefined);
    this.#lines.return?.().catch(() => undefined);
  }

  async #read(): Promise<Next> {
    const { done, value } = await this.#lines.next();
    return done === true ? "ended" : { line: value };
  }
}
