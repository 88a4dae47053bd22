import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import { skillsProgram } from "../../dev/skills-cli/install.ts";
import { readSkills } from "../../src/marketplace/index.ts";
import { realAgent } from "./bench.ts";

const [claude, codex] = [realAgent("claude"), realAgent("codex")];
const skills = skillsProgram();
if (skills === null && process.env.MAESTRO_NO_SKIP === "1") throw new Error("skills is not installed: npm run agents");
const PLUGINS = readdirSync("plugins").sort();
const SKILLS = readdirSync("skills").sort();

function newHome(): string {
  // Below the home: Codex refuses to keep programs in the system's temporary folder.
  mkdirSync(join(homedir(), ".cache"), { recursive: true });
  const home = mkdtempSync(join(homedir(), ".cache", "maestro-plugins-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

async function say(program: string, args: readonly string[], home: string, cwd = resolve(".")) {
  // Neither sends what it is used for.
  const quiet = {
    DISABLE_TELEMETRY: "1",
    DO_NOT_TRACK: "1",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    NO_COLOR: "1",
  };
  const env = { PATH: process.env.PATH, HOME: home, CODEX_HOME: join(home, ".codex"), ...quiet };
  mkdirSync(join(home, ".codex"), { recursive: true });
  const options = { cwd, env, extendEnv: false, all: true, reject: false, stdin: "ignore", timeout: 60_000 } as const;
  const { exitCode, all } = await execa(program, args, options);
  return { code: exitCode, text: all };
}

describe.skipIf(claude === null)("Claude Code, the real one", () => {
  const validate = (path: string) => say(claude ?? "", ["plugin", "validate", path], newHome());

  it.each([".", ...PLUGINS.map((name) => `plugins/${name}`)])("takes %s", async (path) => {
    expect(await validate(resolve(path))).toMatchObject({
      code: 0,
      text: expect.stringContaining("Validation passed"),
    });
  });

  it("refuses a manifest without its name, so that its word counts", async () => {
    const copy = join(newHome(), "research");
    cpSync("plugins/research", copy, { recursive: true });
    writeFileSync(join(copy, ".claude-plugin/plugin.json"), '{"version": "1.0.0"}');
    expect((await validate(copy)).code).not.toBe(0);
  });
});

describe.skipIf(codex === null)("Codex, the real one", () => {
  it("adds the repository as a marketplace and installs its plugins", async () => {
    const home = newHome();
    const run = (...words: string[]) => say(codex ?? "", ["plugin", ...words], home);
    expect(await run("marketplace", "add", resolve("."))).toMatchObject({ code: 0 });
    expect((await run("marketplace", "list")).text).toContain("maestro");
    for (const name of PLUGINS) expect(await run("add", `${name}@maestro`)).toMatchObject({ code: 0 });
    const { text } = await run("list");
    for (const name of PLUGINS) expect(text).toMatch(new RegExp(`${name}@maestro +installed, enabled`));
    expect((await run("add", "nothing@maestro")).code).not.toBe(0);
    const cached = join(home, ".codex/plugins/cache/maestro/research/1.0.0/skills");
    expect((await readSkills(cached)).skills.map(({ name }) => name).sort()).toEqual(["research", "scout-skeptic"]);
  });

  it("takes the config that codex-setup writes, and would tell a wrong one", async () => {
    const home = newHome();
    const install = resolve("skills/codex-setup/scripts/install.sh");
    expect((await say("sh", [install], home)).code).toBe(0);
    expect((await say(codex ?? "", ["features", "list"], home)).code).toBe(0);
    writeFileSync(join(home, ".codex/config.toml"), "[agents.scout]\ndescription = 7\n");
    expect((await say(codex ?? "", ["features", "list"], home)).code).not.toBe(0);
  });
});

describe.skipIf(skills === null)("npx skills, the real one", () => {
  const run = (words: string[], cwd?: string) => say(process.execPath, [skills ?? "", ...words], newHome(), cwd);

  it("lists every skill of the repository", async () => {
    const { code, text } = await run(["add", "./", "--list"]);
    expect(code).toBe(0);
    for (const name of SKILLS) expect(text).toContain(name);
  });

  it("installs them where agents look, unchanged and good", async () => {
    const project = join(newHome(), "project");
    mkdirSync(project);
    const words = ["add", resolve("."), "--copy", "--yes", "--agent", "codex", "--skill", ...SKILLS];
    expect(await run(words, project)).toMatchObject({ code: 0 });
    const { skills: there, findings } = await readSkills(join(project, ".agents/skills"));
    expect([there.map(({ name }) => name).sort(), findings]).toEqual([SKILLS, []]);
  });
});
