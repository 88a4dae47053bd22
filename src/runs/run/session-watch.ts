import type { Clock, Timer } from "../../base/clock.ts";
import type { SecretRegistry } from "../../base/redact.ts";
import type { AgentEvent } from "../../contracts/agent-provider.ts";
import { addUsage, NO_USAGE, type TokenUsage } from "../../model/usage.ts";
import type { TranscriptWriter } from "../../record/index.ts";
import type { Observer } from "../observer.ts";

/** At most one report of progress and of usage per model in this time, milliseconds. */
const REPORT_EVERY_MS = 1_000;
/** Longest progress message, characters; all of it is in the transcript. */
const LONGEST_MESSAGE = 400;

/** Puts what an agent says into its transcript, and what matters of it onto the record, no more often than people can read. */
export class SessionWatch {
  readonly #clock: Clock;
  readonly #observer: Observer;
  readonly #transcript: TranscriptWriter;
  readonly #secrets: SecretRegistry;
  #message: string | null = null;
  readonly #usage = new Map<string | null, TokenUsage>();
  #timer: Timer | null = null;

  constructor(clock: Clock, observer: Observer, transcript: TranscriptWriter, secrets: SecretRegistry) {
    this.#clock = clock;
    this.#observer = observer;
    this.#transcript = transcript;
    this.#secrets = secrets;
  }

  /** Takes an event of the agent. Never throws. */
  take(event: AgentEvent): void {
    switch (event.type) {
      case "message":
        this.#transcript.append(event.text, "message");
        this.#say(event.text);
        break;
      case "activity":
        this.#transcript.append(event.summary, "activity");
        this.#say(event.summary);
        break;
      case "usage":
        this.#transcript.append(JSON.stringify({ ...event.usage, model: event.model }), "usage");
        this.#usage.set(event.model, addUsage(this.#usage.get(event.model) ?? NO_USAGE, event.usage));
        this.#schedule();
        break;
      case "stderr":
        this.#transcript.append(event.text, "stderr");
        break;
      case "raw":
        this.#transcript.append(event.line, "raw");
        break;
    }
  }

  /** Reports what has not been reported yet. */
  report(): void {
    this.#timer?.cancel();
    this.#timer = null;
    for (const [model, usage] of this.#usage) {
      this.#observer.note({ type: "usage_reported", data: { usage, model } });
    }
    this.#usage.clear();
    if (this.#message === null) return;
    this.#observer.note({ type: "progress_seen", data: { message: this.#message } });
    this.#message = null;
  }

  #say(text: string): void {
    // Half a secret at the cut would not be known as one any more.
    const message = this.#secrets.redact(text.trim());
    if (message === "") return;
    this.#message = message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE)}…`;
    this.#schedule();
  }

  #schedule(): void {
    this.#timer ??= this.#clock.setTimer(REPORT_EVERY_MS, () => this.report());
  }
}
