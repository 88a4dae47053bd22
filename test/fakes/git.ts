import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, vi } from "vitest";
import { HERMETIC } from "../../dev/fakes/git-http/index.ts";

// Real processes and schemas on a busy machine: slow is no failure here.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const IDENTITY = {
  GIT_AUTHOR_NAME: "agent",
  GIT_AUTHOR_EMAIL: "agent@example.com",
  GIT_COMMITTER_NAME: "agent",
  GIT_COMMITTER_EMAIL: "agent@example.com",
};
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder that goes with its test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "fakes-"));
  folders.push(folder);
  return folder;
}

/** Git as a client with no configuration; resolves with the exit code and everything it said. */
export function git(folder: string, ...command: string[]): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    execFile("git", ["-C", folder, ...command], { env: { ...HERMETIC, ...IDENTITY } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: stdout + stderr });
    });
  });
}

/** The address with a user and a password in it, as only a test would write it. */
export function withPassword(url: string, password: string): string {
  return url.replace("http://", `http://x-access-token:${password}@`);
}
