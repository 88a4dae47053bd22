import { describe, expect, it } from "vitest";
import type { Target, Terminal } from "../../src/cli/app.ts";
import { Cli } from "../../src/cli/cli.ts";
import { commandLine } from "../../src/cli/next-command.ts";

function cli(environment: Terminal["environment"]): Cli {
  const nothing = (): void => undefined;
  const { signal } = new AbortController();
  const terminal = { out: nothing, error: nothing, isTerminal: false, cwd: "/", environment, signal };
  return new Cli(terminal, "1.2.3", () => Promise.reject(new Error("the App was asked for")));
}

const CASES: [target: Target, words: string[], line: string][] = [
  [{}, ["status"], "maestro status"],
  [{ template: "local/local/mock" }, ["status"], "maestro status --template local/local/mock"],
  [{ config: "ops/W.md" }, ["change", "list"], "maestro change list --config ops/W.md"],
  [{ path: "my flow.md" }, ["unpark", "SHOP-3"], "maestro unpark SHOP-3 --config 'my flow.md'"],
  [{}, ["issue", "show", "it's; rm -rf ~"], `maestro issue show 'it'\\''s; rm -rf ~'`],
  [{}, ["change", "diff", "<id>"], "maestro change diff <id>"],
];

describe("commandLine", () => {
  it.each(CASES)("%j %j is %s", (target, words, line) => expect(commandLine(cli({}), target, ...words)).toBe(line));

  it("calls npx for whoever came by npm", () => {
    expect(commandLine(cli({ npm_command: "exec" }), {}, "status")).toBe("npx maestro status");
  });
});
