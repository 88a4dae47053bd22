/** A message of an event stream. */
export interface Message {
  readonly event: string;
  readonly id: string | null;
  readonly data: unknown;
}

/** Reads an event stream as slowly as a test likes. */
export class StreamReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor(answer: Response) {
    if (answer.body === null) throw new Error("no body");
    this.#reader = answer.body.getReader();
  }

  /** The next piece as it was sent. */
  async piece(): Promise<string | null> {
    const { done, value } = await this.#reader.read();
    return done ? null : this.#decoder.decode(value, { stream: true });
  }

  /** The next message; comments are passed over. Throws at the end of the stream. */
  async message(): Promise<Message> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        if (/^(data|event):/m.test(block)) return messageOf(block);
        continue;
      }
      const piece = await this.piece();
      if (piece === null) throw new Error("the stream has ended");
      this.#text += piece;
    }
  }

  async messages(count: number): Promise<Message[]> {
    const messages: Message[] = [];
    while (messages.length < count) messages.push(await this.message());
    return messages;
  }

  /** Everything until the end. */
  async rest(): Promise<Message[]> {
    for (let piece = await this.piece(); piece !== null; piece = await this.piece()) this.#text += piece;
    const blocks = this.#text.split("\n\n").filter((block) => /^(data|event):/m.test(block));
    return blocks.map(messageOf);
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

function messageOf(block: string): Message {
  const fieldOf = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? null;
  const data: unknown = JSON.parse(fieldOf("data") ?? "null");
  return { event: fieldOf("event") ?? "message", id: fieldOf("id"), data };
}
