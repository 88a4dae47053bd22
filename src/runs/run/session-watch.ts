import type { Clock, Timer } from "../../base/clock.ts";
import type { SecretRegistry } from "../../base/redact.ts";
import type { AgentEvent, PermissionAnswer, PermissionRequest } from "../../contracts/agent-provider.ts";
import type { EventOf } from "../../model/events/index.ts";
import type { CapacityWindow } from "../../model/capacity.ts";
import type { TranscriptWriter } from "../../record/index.ts";
import type { Observer } from "../observer.ts";

/** At most one report of progress and of usage per model in this time, milliseconds. */
const REPORT_EVERY_MS = 1_000;
/** Longest progress message, characters; all of it is in the transcript. */
const LONGEST_MESSAGE = 400;

/** While a command is known to run, this often is said that it still does: silence then is no stall. Milliseconds. */
const STILL_EVERY_MS = 60_000;

/** What a watch writes to. */
export interface WatchParts {
  readonly clock: Clock;
  readonly observer: Observer;
  readonly transcript: TranscriptWriter;
  readonly secrets: SecretRegistry;
  /** What was used and has not been reported yet; not `all`: only when there are tokens in it. */
  readonly reports: (all: boolean) => readonly EventOf<"usage_reported">["data"][];
  /** How long a command that is known to run counts as progress, milliseconds. */
  readonly commandMs: number;
}

/** Puts what an agent says into its transcript, and what matters of it onto the record, no more often than people can read. */
export class SessionWatch {
  readonly #parts: WatchParts;
  readonly #transcript: TranscriptWriter;
  #message: string | null = null;
  readonly #commands = new Map<string, Timer>();
  readonly #capacity = new Map<string, CapacityWindow>();
  #timer: Timer | null = null;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#transcript = parts.transcript;
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
        this.#schedule();
        break;
      case "turn":
        this.#parts.observer.note({ type: "turn_named", data: { id: event.id } });
        break;
      case "capacity": {
        const { window, usedShare, resetAt } = event;
        this.#capacity.set(window, { window, usedShare, resetAt });
        this.#schedule();
        break;
      }
      case "command":
        this.#command(event);
        break;
      case "file_change":
        this.#transcript.append(`${event.change} ${event.path}`, "file_change");
        this.#say(`${event.change} ${event.path}`);
        break;
      case "tool":
        if (event.state === "started") this.#transcript.append(event.name, "tool");
        break;
      case "stderr":
        this.#transcript.append(event.text, "stderr");
        break;
      case "raw":
        this.#transcript.append(event.line, "raw");
        break;
      default:
        // It lives; that is not to say that it gets on.
        break;
    }
  }

  /** A permission was asked for and answered. */
  decided({ kind, summary }: PermissionRequest, { decision, reason }: PermissionAnswer): void {
    this.#transcript.append(`${decision} ${kind}: ${summary} (${reason})`, "permission");
  }

  /** The session is over: reports the rest, and says nothing any more. */
  end(): void {
    for (const timer of this.#commands.values()) timer.cancel();
    this.#commands.clear();
    this.report();
  }

  /** Reports what has not been reported yet. `all`: also the mere time that has passed. */
  report(all = true): void {
    this.#timer?.cancel();
    this.#timer = null;
    for (const data of this.#parts.reports(all)) this.#parts.observer.note({ type: "usage_reported", data });
    if (this.#capacity.size > 0) {
      this.#parts.observer.note({ type: "capacity_seen", data: { windows: [...this.#capacity.values()] } });
      this.#capacity.clear();
    }
    if (this.#message === null) return;
    this.#parts.observer.note({ type: "progress_seen", data: { message: this.#message } });
    this.#message = null;
  }

  #command({ id, command, state, exitCode }: Extract<AgentEvent, { type: "command" }>): void {
    this.#commands.get(id)?.cancel();
    if (state === "started") {
      this.#transcript.append(command, "command");
      this.#say(`Runs ${command}`);
      this.#sayStill(id, command, this.#parts.clock.monotonic());
    } else if (this.#commands.delete(id)) {
      this.#transcript.append(exitCode === null ? "ended" : `ended with ${exitCode}`, "command");
    }
  }

  /** Repeated until the command ends, or has had its time. */
  #sayStill(id: string, command: string, begun: number): void {
    const { clock, commandMs } = this.#parts;
    const timer = clock.setTimer(STILL_EVERY_MS, () => {
      if (clock.monotonic() - begun > commandMs) return;
      this.#say(`Still runs ${command}`);
      this.#sayStill(id, command, begun);
    });
    this.#commands.set(id, timer);
  }

  #say(text: string): void {
    // Half a secret at the cut would not be known as one any more.
    const message = this.#parts.secrets.redact(text.trim());
    if (message === "") return;
    this.#message = message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE)}…`;
    this.#schedule();
  }

  #schedule(): void {
    this.#timer ??= this.#parts.clock.setTimer(REPORT_EVERY_MS, () => this.report(false));
  }
}
