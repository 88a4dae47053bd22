import { Command } from "commander";
import type { App, Terminal } from "./app.ts";
import { Cli } from "./cli.ts";
import { addInit } from "./init.ts";
import { reportProblem } from "./problem.ts";
import { addRequests } from "./requests.ts";
import { addDaemon } from "./start/daemon.ts";
import { addMaestro } from "./start/maestro.ts";
import { addRun } from "./start/run.ts";
import { addStatus } from "./status.ts";

export type { Terminal } from "./app.ts";
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
    const program = await programOf(cli, words);
    await program.parseAsync(words, { from: "user" });
    return cli.exitCode;
  } catch (error) {
    return reportProblem(error, terminal, wantsJson(words));
  }
}

/** Also when the command line is too wrong to be parsed. */
function wantsJson(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return words.slice(0, end === -1 ? words.length : end).includes("--json");
}

/** Groups of commands, each read when it is needed. */
const GROUPS = [
  {
    name: "workflow",
    description: "check the workflow file, show its prompt, and say where a value comes from",
    load: async () => (await import("./workflow/index.ts")).fillWorkflow,
  },
  {
    name: "issue",
    description: "read and write issues in the workflow's tracker",
    load: async () => (await import("./issue/index.ts")).fillIssue,
  },
  {
    name: "change",
    description: "look at changes, review and merge them on the workflow's forge",
    load: async () => (await import("./change/index.ts")).fillChange,
  },
  {
    name: "record",
    description: "check, export and prune the record of what happened",
    load: async () => (await import("./record/index.ts")).fillRecord,
  },
];

async function programOf(cli: Cli, words: readonly string[]): Promise<Command> {
  const program = new Command("maestro")
    .description("A runner for coding agents that is driven by one Markdown file.")
    .usage("[PATH | --template ALIAS] [options]\n       maestro <command> [options]")
    .version(cli.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: cli.terminal.out, writeErr: cli.terminal.error, outputError: () => undefined });
  addMaestro(program, cli);
  for (const add of [addInit, addRun, addDaemon, addStatus, addRequests]) add(program, cli);
  for (const { name, description, load } of GROUPS) {
    const group = program.command(name).description(description);
    // Only a command line that names a group can ask for what is in it.
    if (words.includes(name)) (await load())(group, cli);
  }
  return program;
}
