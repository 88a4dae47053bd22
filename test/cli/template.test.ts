import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import { runCommandLine } from "../../src/cli/index.ts";
import { put, temporaryFolder } from "../workflow/fixture.ts";

/** The command line with the real App, in a folder and a home of their own. */
function shell() {
  const cwd = temporaryFolder();
  const home = temporaryFolder();
  const run = async (...words: readonly string[]) => {
    const written = { out: "", err: "" };
    const terminal = {
      out: (text: string) => {
        written.out += text;
      },
      error: (text: string) => {
        written.err += text;
      },
      isTerminal: false,
      cwd,
      environment: { MAESTRO_HOME: home, PATH: process.env.PATH, HOME: home },
      signal: new AbortController().signal,
    };
    const code = await runCommandLine({ words, terminal, version: "1", loadApp: async () => createApp(terminal) });
    return { code, ...written };
  };
  return { cwd, home, run };
}

describe("a template that is composed when it is used", () => {
  it("decides and explains like a file, and changes nothing in the folder", async () => {
    const { cwd, home, run } = shell();
    const target = ["--template", "memory/no_repo/mock", "--profile", "triage"];
    const { code, out } = await run("--dry-run", "--json", ...target);
    expect(code).toBe(0);
    expect(JSON.parse(out).issues).toMatchObject([{ issue_identifier: "MEM-1", starts: true }]);
    const [project = ""] = readdirSync(join(home, "projects"));
    const file = join(home, "projects", project, "template.md");
    expect(readFileSync(file, "utf8")).toContain("memory/no_repo/mock.triage");
    const explained = await run("workflow", "explain", "tracker.kind", ...target);
    expect(explained.out).toContain(`from the template memory/no_repo/mock.triage, ${file}:`);
    expect(readdirSync(cwd)).toEqual([]);
    expect(readdirSync(join(home, "projects"))).toEqual([project]);
  });

  it("makes no demo: the issues are the folder's own", async () => {
    const { home, run } = shell();
    const target = ["--template", "local/no_repo/mock"];
    expect((await run("--dry-run", ...target)).err).toContain(
      "`maestro issue new --template local/no_repo/mock` makes it with its first issue",
    );
    expect((await run("issue", "new", "Look", "--state", "classifying", ...target)).code).toBe(0);
    expect((await run("--dry-run", ...target)).out).toMatch(/Look +classifying +yes/);
    expect(existsSync(join(home, "demo"))).toBe(false);
  });

  it("points into its file for what is wrong with it", async () => {
    const { cwd, home, run } = shell();
    put(cwd, ".maestro/templates/agent/odd.md", "---\nabout: odd\nworkflow: { agent_provider: { kind: odd } }\n---\n");
    const { code, err } = await run("workflow", "validate", "--template", "memory/no_repo/odd");
    expect(code).toBe(3);
    expect(err).toContain("/template.md:");
    expect(err).toMatch(/agent_provider\.kind: "odd" is not known; known: .*mock/);
    expect(err).toContain(join(home, "projects"));
  });
});

it("what init writes is the same file", async () => {
  const { cwd, run } = shell();
  expect((await run("init", "--template", "memory/memory/mock")).code).toBe(0);
  const { code, out } = await run("workflow", "validate");
  expect([code, out]).toEqual([
    0,
    `${join(cwd, "WORKFLOW.md")} is valid: profile coding_pr_delivery, tracker memory, forge memory, agent mock.\n`,
  ]);
  expect((await run("workflow", "render", "--issue", "MEM-1")).out).toContain("# MEM-1: Say what this project is");
});
