import { join } from "node:path";
import type { Clock } from "./base/clock.ts";
import { type LogTarget, openLog, type WrittenLog } from "./base/log-writer.ts";
import { logFile } from "./base/log-file.ts";
import { logStream } from "./base/log-stream.ts";
import type { SecretRegistry } from "./base/redact.ts";
import type { ServiceOptions, Terminal } from "./cli/app.ts";
import type { LogSettings } from "./model/log-settings.ts";

/** What the log of a service is opened with. */
export interface ServiceLogParts {
  readonly settings: LogSettings;
  readonly options: Pick<ServiceOptions, "logsRoot" | "verbose">;
  readonly stateDirectory: string;
  readonly console: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly terminal: Pick<Terminal, "environment" | "error">;
  readonly secrets: SecretRegistry;
  readonly clock: Clock;
}

/** A service's log and where its file is; `null` without one. */
export interface ServiceLog {
  readonly log: WrittenLog;
  readonly file: string | null;
}

/** Opens the log that a workflow file and a command line ask for; the command line wins. Never rejects for what it writes to. */
export async function openServiceLog(parts: ServiceLogParts): Promise<ServiceLog> {
  const { settings, options, stateDirectory, secrets, clock } = parts;
  const isFile = settings.fileEnabled || options.logsRoot !== null;
  const path = isFile ? join(options.logsRoot ?? stateDirectory, "logs", "maestro.log") : null;
  const file = path === null ? [] : [fileTarget(parts, path)];
  const log = await openLog({
    targets: [...file, ...consoleTarget(parts)],
    secrets,
    clock,
    lastResort: (sentence) => parts.terminal.error(`maestro: ${sentence}\n`),
  });
  return { log, file: path };
}

function fileTarget({ settings, clock }: ServiceLogParts, path: string): LogTarget {
  const { level, format, fileMaxBytes: maxBytes, fileKeep: keep } = settings;
  return {
    output: logFile({ path, maxBytes, keep, clock }),
    level,
    format: format === "text" ? { colour: false, time: "full" } : "json",
  };
}

function consoleTarget({ settings, options, console, terminal }: ServiceLogParts): LogTarget[] {
  const { consoleEnabled, level, format } = settings;
  const isTerminal = console.isTTY === true;
  const isWanted = options.verbose === true || consoleEnabled === true;
  if (!isWanted && (consoleEnabled === false || !isTerminal)) return [];
  const isText = format === null ? isTerminal : format === "text";
  const { NO_COLOR, TERM } = terminal.environment;
  const colour = isTerminal && !NO_COLOR && TERM !== "dumb";
  return [
    {
      output: logStream("stderr", console),
      // Beside what the service prints for people anyway, only what went wrong is worth a line.
      level: options.verbose === true && level !== "debug" ? "info" : isWanted || level === "error" ? level : "warn",
      format: isText ? { colour, time: isTerminal ? "clock" : "full" } : "json",
    },
  ];
}
