import { describe, expect, it } from "vitest";
import { MaestroError } from "../../src/base/errors.ts";
import { stage } from "./stage.ts";

describe("a command line", () => {
  it.each([[["--help"]], [["issue", "--help"]], [["help", "change", "review"]], [["--version"]]])(
    "%j is answered without composing anything",
    async (words) => {
      const self = await stage();
      const { code, out, err } = await self.run(...words);
      expect([code, err, self.loads]).toEqual([0, "", 0]);
      expect(out).not.toBe("");
    },
  );

  const COMMANDS = [
    [],
    ["run"],
    ["daemon"],
    ["status"],
    ["issue"],
    ...["new", "list", "show", "move", "comment", "label"].map((name) => ["issue", name]),
    ["change"],
    ...["list", "show", "diff", "review", "comment", "merge"].map((name) => ["change", name]),
    ["record"],
    ...["verify", "export", "prune"].map((name) => ["record", name]),
    ...["pause", "resume", "drain", "stop", "unpark", "retry"].map((name) => [name]),
  ];
  it.each(COMMANDS.map((words) => ({ words })))("help of maestro $words has examples", async ({ words }) => {
    const self = await stage();
    const { code, out } = await self.run(...words, "--help");
    expect(code).toBe(0);
    expect(out).toContain("Examples:\n  maestro");
  });

  const WRONG: [words: string[], message: string, hint: string | null][] = [
    [["statsu"], 'There is no command and no file "statsu".', "Did you mean `maestro status`?"],
    [["zzzzzzzzzzzz"], 'There is no command and no file "zzzzzzzzzzzz".', "`maestro --help` lists the commands."],
    [["issue", "lst"], "unknown command 'lst'.", "Did you mean list?"],
    [["status", "--jsn"], "unknown option '--jsn'.", "Did you mean --json?"],
    [["--prot", "1"], "unknown option '--prot'.", "Did you mean --port?"],
    [["issue", "show"], "missing required argument 'issue'.", null],
    [["status", "a.md", "b.md"], "too many arguments for 'status'. Expected 1 argument but got 2.", null],
    [["run"], "`maestro run` needs --once or --dry-run.", "`maestro daemon` runs until it is stopped."],
    [["status", "a.md", "--config", "b.md"], "Give one of PATH, --template and --config.", null],
    [["status", "--template", "x/y/z", "a.md"], "Give one of PATH, --template and --config.", null],
    [["record", "prune"], "required option '--closed-before <instant>' not specified.", null],
  ];
  it.each(WRONG)("%j is a wrong one", async (words, message, hint) => {
    const self = await stage();
    const { code, out, err } = await self.run(...words);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toBe(`maestro: ${message}\n${hint === null ? "" : `hint: ${hint}\n`}`);
  });

  const VALUES: string[][] = [
    ["status", "--limit", "0"],
    ["status", "--limit", "-1"],
    ["status", "--limit", "1.5"],
    ["--port", "65536"],
    ["--port", "http"],
    ["daemon", "--poll-interval-s", "0"],
    ["daemon", "--poll-interval-s", "-5"],
    ["issue", "new", "x", "--priority", "high"],
    ["record", "prune", "--closed-before", "yesterday"],
  ];
  it.each(VALUES.map((words) => ({ words })))("$words has a value that cannot be used", async ({ words }) => {
    const self = await stage();
    const { code, err } = await self.run(...words);
    expect([code, self.loads]).toEqual([2, 0]);
    expect(err).toMatch(/^maestro: option '--[a-z-]+ <[a-z]+>' argument '.*' is invalid\. It must be /);
  });

  it("cannot show a running service as a document", async () => {
    const { code, err } = await (await stage()).run("--json");
    expect(code).toBe(2);
    expect(JSON.parse(err)).toMatchObject({ error: { code: "usage", hint: expect.stringContaining("status --json") } });
  });

  it("shows a group's commands when none was named", async () => {
    const { code, out, err } = await (await stage()).run("issue");
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain("label [options] <issue>");
  });

  it("takes the target also before the command", async () => {
    const targets: object[] = [];
    const locate = (target: object) => {
      targets.push(target);
      return Promise.reject(new MaestroError({ code: "unknown_template", message: "no" }));
    };
    const self = await stage({ parts: { locate } });
    await self.run("--template", "a/b/c", "status");
    await self.run("status", "--template", "a/b/c");
    await self.run("status", "ops/WORKFLOW.md");
    await self.run("issue", "list", "--config", "ops/WORKFLOW.md");
    expect(targets).toEqual([
      { template: "a/b/c" },
      { template: "a/b/c" },
      { path: "ops/WORKFLOW.md" },
      { config: "ops/WORKFLOW.md" },
    ]);
  });
});

describe("a problem", () => {
  const located = new MaestroError({
    code: "invalid_workflow",
    message: "WORKFLOW.md:3:5 agent.max_turns: must be a number\u001b[31m",
    hint: "Correct the file.",
    facts: { line: 3 },
  });

  it("is told in words, without steering the terminal and without a stack", async () => {
    const self = await stage({ parts: { locate: () => Promise.reject(located) } });
    const { code, out, err } = await self.run("status");
    expect([code, out]).toEqual([3, ""]);
    expect(err).toBe("maestro: WORKFLOW.md:3:5 agent.max_turns: must be a number[31m\nhint: Correct the file.\n");
  });

  it("is a document with --json", async () => {
    const self = await stage({ parts: { locate: () => Promise.reject(located) } });
    const { code, out, err } = await self.run("status", "--json");
    expect([code, out]).toEqual([3, ""]);
    expect(JSON.parse(err)).toEqual({
      version: 1,
      error: {
        code: "invalid_workflow",
        message: located.message,
        hint: located.hint,
        retryable: false,
        facts: { line: 3 },
      },
    });
  });

  it("shows where it happened with MAESTRO_DEBUG=1", async () => {
    const environment = { MAESTRO_DEBUG: "1" };
    const self = await stage({ environment, parts: { locate: () => Promise.reject(new Error("broken")) } });
    const { code, err } = await self.run("status");
    expect(code).toBe(1);
    expect(err).toContain("maestro: broken\n");
    expect(err).toMatch(/\n\s+at /);
  });

  it("says that a fault of Maestro's own is one", async () => {
    const self = await stage({ parts: { locate: () => Promise.reject(new TypeError("x is not a function")) } });
    const { err } = await self.run("status");
    expect(err).toContain("this is a fault in Maestro");
    expect(err).not.toMatch(/\n\s+at /);
  });
});
