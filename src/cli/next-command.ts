import type { Target } from "./app.ts";
import type { Cli } from "./cli.ts";

/** A command about the same target that a person can copy, spelt as this one was started. */
export function commandLine(cli: Cli, target: Target, ...words: readonly string[]): string {
  // npm sets this for what it starts: without a global installation there is no `maestro` to call.
  const program = cli.terminal.environment.npm_command === undefined ? ["maestro"] : ["npx", "maestro"];
  return [...program.map(quoted), ...words.map(quoted), ...flagsOf(target)].join(" ");
}

function flagsOf(target: Target): string[] {
  const file = target.path ?? target.config;
  if (target.template !== undefined) return ["--template", quoted(target.template)];
  return file === undefined ? [] : ["--config", quoted(file)];
}

/** Placeholders such as `<id>` are for reading, so they stay as they are. */
function quoted(word: string): string {
  return /^[\w./:@%+=,#<>~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Commands about no workflow, and those that name one already. */
const ANY_WORKFLOW = /^maestro (?:-|init\b|help\b)|--(?:template|config|help|version)\b/;

/** A hint whose commands are about the same workflow as this command: hints come from where nobody knows how it was started. */
export function hintFor(cli: Cli, hint: string): string {
  const flags = flagsOf(cli.target);
  return hint.replace(/`(maestro [^`]+)`/g, (whole, command: string) => {
    const spelt = cli.terminal.environment.npm_command === undefined ? command : `npx ${command}`;
    if (ANY_WORKFLOW.test(command)) return whole.replace(command, spelt);
    return `\`${[spelt, ...flags].join(" ")}\``;
  });
}
