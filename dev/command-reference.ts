// The reference of the command line, made from the tree of commands that Maestro itself parses with, and that of the templates. Usage: tsx dev/command-reference.ts
// (npm run reference)
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Argument, Command, Option } from "commander";
import { Cli } from "../src/cli/cli.ts";
import { EXIT } from "../src/cli/exit-codes.ts";
import { buildProgram } from "../src/cli/index.ts";
import { TEMPLATES, templateReference } from "./template-reference.ts";

/** Where it is published. */
export const REFERENCE = "docs/reference/cli.md";

const MEANINGS: Record<keyof typeof EXIT, string> = {
  ok: "done; for `--once`, `smoke` and `doctor` also: nothing failed",
  failure: "it failed",
  usage: "the command line is wrong",
  configuration: "the workflow file is wrong, cannot be read, or names something that is missing",
  notFound: "what was asked for is not there",
  conflict:
    "somebody else has it, or it moved on: a second instance, a port in use, a refused merge, a verb that a lane does not allow now",
  remote: "a tracker, forge, Git remote or agent failed",
  storage: "the disk is full, or the record cannot be read or written",
  interrupted: "it was interrupted; also how a followed log or status ends with Ctrl+C",
};

const HEAD = `# The command line

Made by \`npm run reference\` from the commands themselves; \`maestro <command> --help\` says the same.

Every command takes \`--json\` where it prints anything: the answer is then one document on stdout (one per line for what goes on), and an
error is one on stderr, also for a wrong command line. Colours are used on a terminal only, and never with \`NO_COLOR\`.
Which workflow a command is about is said by a path where it takes one, else by \`--config\` or \`--template\`; without them it is the
\`WORKFLOW.md\` of the current folder. These options are the same everywhere and stand here once:

| option | |
|---|---|
| \`--template <alias>\` | use a packaged workflow file, e.g. local/local/mock |
| \`--profile <kind>\` | with \`--template\`: the profile, instead of the usual one |
| \`--config <path>\` | the workflow file (default: WORKFLOW.md) |
| \`--json\` | print a document |
`;

/** Told once. */
const EVERYWHERE = new Set(["--template", "--profile", "--config", "--json"]);

/** The reference as Markdown. */
export async function commandReference(): Promise<string> {
  const heard: string[] = [];
  const nothing = (): void => undefined;
  const terminal = {
    out: (text: string) => void heard.push(text),
    error: nothing,
    isTerminal: false,
    cwd: "/",
    environment: {},
    signal: new AbortController().signal,
  };
  const cli = new Cli(terminal, "", () => Promise.reject(new Error("a reference runs nothing")));
  const program = await buildProgram(cli, () => true);
  const helpOf = (command: Command): string => {
    heard.length = 0;
    command.outputHelp();
    return heard.join("");
  };
  const sections = [program, ...below(program)].map((command) => sectionOf(command, helpOf(command)));
  return [HEAD, ...sections, exitCodes()].join("\n");
}

/** Every command that does something, in the order of help. */
function below(command: Command): Command[] {
  return command.commands.flatMap((child) => (child.name() === "help" ? [] : [child, ...below(child)]));
}

function sectionOf(command: Command, help: string): string {
  const name = nameOf(command);
  const arguments_ = command.registeredArguments.map(argumentRow);
  const shown = command.options.filter((option) => !option.hidden);
  const options = shown.filter((option) => !isToldOnce(option)).map(optionRow);
  const usage = [name, ...command.registeredArguments.map(usageOf), ...(shown.length === 0 ? [] : ["[options]"])];
  const children = command.commands.filter((child) => child.name() !== "help");
  return [
    `## ${name}\n`,
    `${sentence(command.description())}\n`,
    children.length > 0 && command.parent !== null
      ? `Commands: ${children.map((child) => `[${child.name()}](#${anchorOf(child)})`).join(", ")}.\n`
      : `\`${usage.join(" ")}\`\n`,
    ...(arguments_.length === 0 ? [] : [table("argument", arguments_)]),
    ...(options.length === 0 ? [] : [table("option", options)]),
    ...examplesOf(help),
  ].join("\n");
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function anchorOf(command: Command): string {
  return nameOf(command).replaceAll(" ", "-");
}

function usageOf(argument: Argument): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}

function argumentRow(argument: Argument): readonly [string, string] {
  const choices = argument.argChoices === undefined ? "" : `: ${argument.argChoices.join(", ")}`;
  return [usageOf(argument), `${argument.description}${choices}`];
}

/** Defaults stand in the description where people read them in other units than the program. */
function optionRow(option: Option): readonly [string, string] {
  const { flags, description, defaultValue } = option;
  const isTold = description.includes("default") || defaultValue === undefined || typeof defaultValue === "boolean";
  return [
    flags,
    `${description}${isTold ? "" : ` (default: ${String(defaultValue)})`}${option.mandatory ? "; required" : ""}`,
  ];
}

/** Unless a command says something of its own about it. */
function isToldOnce({ long, description }: Option): boolean {
  if (!EVERYWHERE.has(long ?? "")) return false;
  return long !== "--json" ? !description.includes("<tracker>") : description === "print a document";
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`;
}

function table(head: string, rows: readonly (readonly [string, string])[]): string {
  const lines = rows.map(
    ([name, about]) =>
      `| \`${name.replaceAll("|", "\\|")}\` | ${about.replaceAll("|", "\\|").replaceAll("<", "&lt;")} |`,
  );
  return [`| ${head} | |`, "|---|---|", ...lines, ""].join("\n");
}

/** The examples of its help, and what stands below them. */
function examplesOf(help: string): string[] {
  const text = help.split("\nExamples:\n")[1]?.trimEnd();
  if (text === undefined) return [];
  const lines = text.split("\n");
  const at = lines.findIndex((line) => !line.startsWith("  "));
  const examples = at === -1 ? lines : lines.slice(0, at);
  const rest = (at === -1 ? [] : lines.slice(at)).join("\n").trim();
  return ["```text", ...examples.map((line) => line.trim()), "```\n", ...(rest === "" ? [] : [`${rest}\n`])];
}

function exitCodes(): string {
  const codes: readonly (keyof typeof EXIT)[] = [
    ...(["ok", "failure", "usage", "configuration", "notFound"] as const),
    ...(["conflict", "remote", "storage", "interrupted"] as const),
  ];
  const rows = codes.map((name) => `| ${EXIT[name]} | ${MEANINGS[name]} |`);
  return ["## Exit codes\n", "| code | meaning |", "|---|---|", ...rows, ""].join("\n");
}

if (process.argv[1] === import.meta.filename) {
  mkdirSync(dirname(REFERENCE), { recursive: true });
  writeFileSync(REFERENCE, await commandReference());
  writeFileSync(TEMPLATES, await templateReference());
}
