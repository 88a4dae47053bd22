import { CommanderError } from "commander";
import { type ErrorDocument, errorDocument, MaestroError, toMaestroError } from "../base/errors.ts";
import type { Cli } from "./cli.ts";
import { EXIT, type ExitCode, exitCodeOf } from "./exit-codes.ts";
import { hintFor } from "./next-command.ts";
import { jsonText, plainText } from "./plain-text.ts";

/** A wrong command line. */
export function usageError(message: string, hint?: string): MaestroError {
  return new MaestroError({ code: "usage", message, hint });
}

/**
 * Prints what went wrong on stderr, in words or (`json`) as a document, and gives the code to end with. The one place that does so. A stack
 * is shown only with MAESTRO_DEBUG=1.
 */
export function reportProblem(thrown: unknown, cli: Cli, json: boolean): ExitCode {
  const { terminal } = cli;
  if (isAnswer(thrown)) return EXIT.ok;
  const error = thrown instanceof CommanderError ? fromCommander(thrown) : toMaestroError(thrown);
  if (error !== null) {
    const { hint, ...document } = problemDocument(cli, error);
    const shown = { ...document, ...(hint === undefined ? {} : { hint }) };
    terminal.error(json ? `${jsonText({ version: 1, error: shown })}\n` : inWords(shown));
  }
  if (terminal.environment.MAESTRO_DEBUG === "1" && thrown instanceof Error) terminal.error(`${thrown.stack}\n`);
  return error === null ? EXIT.usage : exitCodeOf(error.code);
}

/** An error for the reader of this command: the commands in its hint are about the same workflow as this one. */
export function problemDocument(cli: Cli, error: MaestroError): ErrorDocument {
  const { hint, ...document } = errorDocument(error);
  return hint === undefined ? document : { ...document, hint: hintFor(cli, hint) };
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

function inWords({ message, hint, code }: ErrorDocument): string {
  const lines = [`maestro: ${message}`, ...(hint === undefined ? [] : [`hint: ${hint}`])];
  if (code === "internal") lines.push("hint: this is a fault in Maestro; MAESTRO_DEBUG=1 shows where it happened.");
  return `${plainText(lines.join("\n"))}\n`;
}
