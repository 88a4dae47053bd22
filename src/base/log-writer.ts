import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import { LOG_LEVELS, type Log, type LogLevel, logOf } from "./log.ts";
import { boundedLine, plainJson, renderLine, type TextStyle } from "./log-line.ts";
import { type LogOutput, LogSink, type LogTrouble, type SinkChange } from "./log-sink.ts";
import type { SecretRegistry } from "./redact.ts";

/** One place that lines go to, and what it gets of them. */
export interface LogTarget {
  readonly output: LogOutput;
  /** The least important level that it gets. */
  readonly level: LogLevel;
  /** JSON lines, or readable ones. */
  readonly format: "json" | TextStyle;
}

/** What a log writes with. */
export interface LogWriterOptions {
  /** None: nothing is written. */
  readonly targets: readonly LogTarget[];
  /** Masked in every line; later registrations count. */
  readonly secrets: SecretRegistry;
  readonly clock: Clock;
  /** Told when lines are lost and no other target has taken the warning. Must not throw. */
  readonly lastResort: (sentence: string) => void;
}

/** The log of a running program. */
export interface WrittenLog extends Log {
  /** The targets that lose lines now, as far as their last line has shown; empty when all is well. */
  troubles(): readonly LogTrouble[];
}

/** Opens a log. Nothing about it ever throws afterwards, and no failing target stops the work. Loads pino. */
export async function openLog(options: LogWriterOptions): Promise<WrittenLog> {
  const { pino } = await import("pino");
  const { clock } = options;
  const sinks = new Sinks(options);
  const logger = pino(
    {
      level: sinks.lowest(),
      base: null,
      messageKey: "message",
      formatters: { level: (label) => ({ level: label }) },
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
    },
    { write: (json: string) => sinks.write(json.trimEnd()) },
  );
  const log = fromPino(logger, sinks);
  sinks.onChange = (sink, kind, trouble) => tell(options, { log, sinks, sink }, kind, trouble);
  return { ...log, troubles: () => sinks.troubles() };
}

/** Written once per line: the level decides who gets it. */
function fromPino(logger: Logger, sinks: Sinks): Log {
  return logOf(
    (level, message, fields) => {
      sinks.level = level;
      logger[level](fields, message);
    },
    (fields) => fromPino(logger.child(fields), sinks),
  );
}

interface Telling {
  readonly log: Log;
  readonly sinks: Sinks;
  readonly sink: number;
}

/** The other sinks are told that one loses lines; all are told when it goes on, so that the gap in it is marked. */
function tell(
  { lastResort, secrets }: LogWriterOptions,
  { log, sinks, sink }: Telling,
  kind: Parameters<SinkChange>[0],
  trouble: LogTrouble,
): void {
  const { error, lost } = trouble;
  if (kind === "mended") {
    log.warn("log lines were lost; they are written again", { sink: trouble.sink, lost });
    return;
  }
  const isKnown = sinks.aside(sink, () => log.error("log lines are lost", { sink: trouble.sink, error }));
  if (!isKnown) lastResort(secrets.redact(`The log cannot be written to ${trouble.sink}: ${error.message}`));
}

/** Every target with its guard. */
class Sinks {
  /** Of the line that is being written. */
  level: LogLevel = "info";
  onChange: (sink: number, ...change: Parameters<SinkChange>) => void = () => undefined;
  readonly #secrets: SecretRegistry;
  readonly #sinks: readonly { readonly sink: LogSink; readonly target: LogTarget }[];
  #skipped: number | null = null;
  /** Whether a sink has taken the line that is being written. */
  #isTaken = false;

  constructor({ targets, secrets, clock }: LogWriterOptions) {
    this.#secrets = secrets;
    this.#sinks = targets.map((target, at) => ({
      target,
      sink: new LogSink(target.output, clock, (...change) => this.onChange(at, ...change)),
    }));
  }

  lowest(): LogLevel | "silent" {
    return LOG_LEVELS.find((level) => this.#sinks.some(({ target }) => target.level === level)) ?? "silent";
  }

  write(json: string): void {
    // Masked before it is shortened: half a secret would not be seen.
    const line = plainJson(boundedLine(this.#secrets.redact(json)));
    const rank = LOG_LEVELS.indexOf(this.level);
    const skipped = this.#skipped;
    for (const [at, { sink, target }] of this.#sinks.entries()) {
      if (at === skipped || LOG_LEVELS.indexOf(target.level) > rank) continue;
      const text = target.format === "json" ? line : renderLine(line, target.format);
      if (sink.write(`${text}\n`)) this.#isTaken = true;
    }
  }

  /** Writes something to all but one sink; returns whether any of them took it. */
  aside(sink: number, write: () => void): boolean {
    const { level } = this;
    this.#skipped = sink;
    this.#isTaken = false;
    write();
    this.#skipped = null;
    this.level = level;
    return this.#isTaken;
  }

  troubles(): readonly LogTrouble[] {
    return this.#sinks.flatMap(({ sink }) => sink.trouble() ?? []);
  }
}
