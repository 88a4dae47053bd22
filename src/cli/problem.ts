import { CommanderError } from "commander";
import { errorDocument, MaestroError, toMaestroError } from "../base/errors.ts";
import type { Terminal } from "./app.ts";
import { EXIT, type ExitCode, exitCodeOf } from "./exit-codes.ts";
import { jsonText, plainText } from "./plain-text.ts";

/** A wrong command line. */
export function usageError(message: string, hint?: string): MaestroError {
  return new MaestroError({ code: "usage", message, hint });
}

/**
 * Prints what went wrong on stderr, in words or (`json`) as a document, and gives the code to end with. The one place that does so. A stack
 * is shown only with MAESTRO_DEBUG=1.
 */
export function reportProblem(thrown: unknown, terminal: Terminal, json: boolean): ExitCode {
  if (isAnswer(thrown)) return EXIT.ok;
  const error = thrown instanceof CommanderError ? fromCommander(thrown) : toMaestroError(thrown);
  if (error !== null)
    terminal.error(json ? `${jsonText({ version: 1, error: errorDocument(error) })}\n` : inWords(error));
  if (terminal.environment.MAESTRO_DEBUG === "1" && thrown instanceof Error) terminal.error(`${thrown.stack}\n`);
  return error === null ? EXIT.usage : exitCodeOf(error.code);
}

/** Commander ends `--help` and `--version` by throwing. */
function isAnswer(thrown: unknown): boolean {
  return thrown instanceof CommanderError && thrown.exitCode === 0;
}

/** `null`: the help was printed instead of a message. */
function fromCommander(thrown: CommanderError): MaestroError | null {
  if (thrown.code === "commander.help") return null;
  const [first = "", ...rest] = thrown.message.replace(/^error: /, "").split("\n");
  const suggestion = rest
    .join(" ")
    .replace(/^\(|\)$/g, "")
    .trim();
  return usageError(`${first.replace(/\.$/, "")}.`, suggestion === "" ? undefined : suggestion);
}

function inWords({ message, hint, code }: MaestroError): string {
  const lines = [`maestro: ${message}`, ...(hint === undefined ? [] : [`hint: ${hint}`])];
  if (code === "internal") lines.push("hint: this is a fault in Maestro; MAESTRO_DEBUG=1 shows where it happened.");
  return `${plainText(lines.join("\n"))}\n`;
}
