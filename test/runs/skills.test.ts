import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import type { RunSkill } from "../../src/model/run-skill.ts";
import { placeSkills, removeSkills } from "../../src/runs/run/skills.ts";
import { localRuntime } from "../../src/runtimes/local/index.ts";

const runtime = localRuntime({ clock: systemClock(), machine: "here", log: silentLog });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const COMMIT: RunSkill = {
  folder: "commit",
  files: [
    { path: "SKILL.md", bytes: bytes("---\nname: commit\n---\n"), isProgram: false },
    { path: "scripts/check.sh", bytes: bytes("#!/bin/sh\n"), isProgram: true },
    { path: "assets/icon.png", bytes: Uint8Array.of(0x89, 0x50, 0xff, 0x00), isProgram: false },
  ],
};

function repository(): { readonly path: string; git(...args: string[]): string } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "maestro-skills-")));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const git = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@t", ...args], { cwd: path, encoding: "utf8" });
  git("init", "--quiet");
  git("commit", "--quiet", "--allow-empty", "-m", "Begin");
  return { path, git };
}

it("lie where agents look for them, byte by byte, and no Git sees them", async () => {
  const { path, git } = repository();
  expect(await placeSkills(runtime, path, [COMMIT], silentLog)).toEqual(["commit"]);
  for (const folder of [".agents/skills/commit", ".claude/skills/commit"]) {
    expect(readFileSync(join(path, folder, "SKILL.md"), "utf8")).toContain("name: commit");
    expect([...readFileSync(join(path, folder, "assets/icon.png"))]).toEqual([0x89, 0x50, 0xff, 0x00]);
    expect(execFileSync(join(path, folder, "scripts/check.sh"), { encoding: "utf8" })).toBe("");
  }
  git("add", "--all");
  expect(git("status", "--porcelain")).toBe("");
});

it("are replaced by the next run's, and gone when they are taken away", async () => {
  const { path, git } = repository();
  await placeSkills(runtime, path, [COMMIT], silentLog);
  writeFileSync(join(path, ".agents/skills/commit/SKILL.md"), "changed by an agent");
  await placeSkills(runtime, path, [COMMIT], silentLog);
  expect(readFileSync(join(path, ".claude/skills/commit/SKILL.md"), "utf8")).toContain("name: commit");
  await removeSkills(runtime, path, ["commit"]);
  expect([existsSync(join(path, ".agents")), existsSync(join(path, ".claude"))]).toEqual([false, false]);
  expect(git("status", "--porcelain", "--ignored")).toBe("");
});

it("leave a skill of the repository's own as it is, also when the others are taken away", async () => {
  const { path } = repository();
  mkdirSync(join(path, ".agents/skills/commit"), { recursive: true });
  writeFileSync(join(path, ".agents/skills/commit/SKILL.md"), "ours");
  expect(await placeSkills(runtime, path, [COMMIT], silentLog)).toEqual(["commit"]);
  await removeSkills(runtime, path, ["commit"]);
  expect(readFileSync(join(path, ".agents/skills/commit/SKILL.md"), "utf8")).toBe("ours");
});

it("are not written through a link that leads out of the workspace", async () => {
  const { path } = repository();
  const outside = mkdtempSync(join(tmpdir(), "maestro-outside-"));
  onTestFinished(() => rmSync(outside, { recursive: true, force: true }));
  mkdirSync(join(outside, "skills"));
  symlinkSync(outside, join(path, ".agents"));
  expect(await placeSkills(runtime, path, [COMMIT], silentLog)).toEqual([]);
  expect(existsSync(join(outside, "skills/commit"))).toBe(false);
});

it("leave the repository's own one as it is, and show it to Claude Code for the time of the run", async () => {
  const { path, git } = repository();
  mkdirSync(join(path, ".agents/skills/commit"), { recursive: true });
  writeFileSync(join(path, ".agents/skills/commit/SKILL.md"), "the repository's own");
  git("add", "--all");
  git("commit", "--quiet", "-m", "Teach");
  const placed = await placeSkills(runtime, path, [COMMIT], silentLog);
  for (const folder of [".agents", ".claude"])
    expect(readFileSync(join(path, folder, "skills/commit/SKILL.md"), "utf8")).toBe("the repository's own");
  expect(git("status", "--porcelain")).toBe("");
  await removeSkills(runtime, path, placed);
  expect([existsSync(join(path, ".claude")), git("status", "--porcelain")]).toEqual([false, ""]);
});
