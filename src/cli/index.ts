import { Command } from "commander";
import type { App, Terminal } from "./app.ts";
import { Cli } from "./cli.ts";
import { addCommands } from "./commands.ts";
import { reportProblem } from "./problem.ts";
import { addMaestro } from "./start/maestro.ts";

export type { Terminal, TerminalScreen } from "./app.ts";
export { EXIT } from "./exit-codes.ts";

/** What the command line runs in. */
export interface CommandLine {
  /** Without interpreter and program. */
  readonly words: readonly string[];
  readonly terminal: Terminal;
  readonly version: string;
  /** Composes the App; not called for `--help`, `--version` and a wrong command line. */
  readonly loadApp: () => Promise<App>;
}

/** Carries out one command line and gives the code to end with. Never rejects: every problem is printed. */
export async function runCommandLine({ words, terminal, version, loadApp }: CommandLine): Promise<number> {
  const cli = new Cli(terminal, version, loadApp);
  try {
    const program = await buildProgram(cli, (name) => words.includes(name));
    await program.parseAsync(words, { from: "user" });
    return cli.exitCode;
  } catch (error) {
    return reportProblem(error, cli, wantsJson(words));
  }
}

/** Also when the command line is too wrong to be parsed. */
function wantsJson(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return words.slice(0, end === -1 ? words.length : end).includes("--json");
}

/** The tree of commands. Only those that `isWanted` get their options, so that the others need not be read. */
export async function buildProgram(cli: Cli, isWanted: (name: string) => boolean): Promise<Command> {
  const program = new Command("maestro")
    .description("A runner for coding agents that is driven by one Markdown file.")
    .usage("[PATH | --template ALIAS] [options]\n       maestro <command> [options]")
    .version(cli.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpCommand(
      new Command("help").argument("[command]").description("print the help of a command").helpGroup("Help:"),
    )
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: cli.terminal.out, writeErr: cli.terminal.error, outputError: () => undefined });
  addMaestro(program, cli);
  await addCommands(program, cli, isWanted);
  return program;
}
