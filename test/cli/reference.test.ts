import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { commandReference, REFERENCE } from "../../dev/command-reference.ts";
import { Cli } from "../../src/cli/cli.ts";
import { buildProgram } from "../../src/cli/index.ts";

const heard: string[] = [];
const terminal = {
  out: (text: string) => void heard.push(text),
  error: () => undefined,
  isTerminal: false,
  cwd: "/",
  environment: {},
  signal: new AbortController().signal,
};
const program = await buildProgram(
  new Cli(terminal, "1.2.3", () => Promise.reject(new Error("the App was asked for"))),
  () => true,
);

function all(command: Command, name: string): { readonly name: string; readonly command: Command }[] {
  const below = command.commands.filter((child) => child.name() !== "help");
  return [{ name, command }, ...below.flatMap((child) => all(child, `${name} ${child.name()}`))];
}

/** Their whole output is JSON anyway. */
const JSON_ANYWAY = ["maestro record export", "maestro workflow schema"];

describe("every command", () => {
  it("stands in the reference as it is (npm run reference)", async () => {
    expect(readFileSync(REFERENCE, "utf8")).toBe(await commandReference());
  });

  it.each(all(program, "maestro"))("$name has a description and examples", ({ command }) => {
    heard.length = 0;
    command.outputHelp();
    expect(command.description()).not.toBe("");
    expect(heard.join("")).toMatch(/\nExamples:\n {2}\S/);
  });

  const acting = all(program, "maestro").filter(({ command }) => command.commands.length === 0);
  it.each(acting.filter(({ name }) => !JSON_ANYWAY.includes(name)))(
    "$name can answer with a document",
    ({ command }) => {
      expect(command.options.map(({ long }) => long)).toContain("--json");
    },
  );
});
