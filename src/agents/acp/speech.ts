import type { AgentEvent } from "../../contracts/agent-provider.ts";

/** Characters of a thought that are told. */
const LONGEST_THOUGHT = 200;

/** Puts the chunks of an agent's words together: a message is told whole, when something else begins. */
export class Speech {
  /** The last whole message; `null` before the first. */
  last: string | null = null;
  readonly #tell: (event: AgentEvent) => void;
  #kind: "message" | "thought" = "message";
  #text = "";

  constructor(tell: (event: AgentEvent) => void) {
    this.#tell = tell;
  }

  /** One chunk. */
  add(kind: "message" | "thought", text: string): void {
    if (kind !== this.#kind) this.end();
    this.#kind = kind;
    this.#text += text;
  }

  /** What was said so far is whole. */
  end(): void {
    const text = this.#text.trim();
    this.#text = "";
    if (text === "") return;
    if (this.#kind === "thought") {
      this.#tell({ type: "activity", summary: text.slice(0, LONGEST_THOUGHT) });
      return;
    }
    this.last = text;
    this.#tell({ type: "message", text });
  }
}
