import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createHostGit } from "../../../src/git/index.ts";
import { makeProject, type Project } from "../../git/project.ts";

const IDENTITY = { name: "Release Robot", email: "robot@example.org" };
let project: Project;
afterEach(() => project.remove());

/** Work of an agent, taken over as a commit of the host. */
async function commitOf(host: Project["host"], key: string): Promise<string> {
  const lane = project.lane(key);
  await host.prepare(lane, project.signal);
  project.write(lane.path, { [`${key}.txt`]: "new\n" });
  const { headSha } = await host.takeOver(lane, { message: `Do ${key}` }, project.signal);
  await host.push(lane.branch, headSha, null, project.signal);
  return headSha;
}

/** What `git verify-commit` says, in the remote, with these settings of a person. */
function verified(sha: string, ...settings: string[]): string {
  const given = settings.flatMap((setting) => ["-c", setting]);
  const args = ["-C", project.remote, ...given, "verify-commit", "--raw", sha];
  const env = { PATH: process.env.PATH, HOME: project.root, GNUPGHOME: join(project.root, "gnupg") };
  return execFileSync("sh", ["-c", 'exec git "$@" 2>&1', "sh", ...args], { encoding: "utf8", env });
}

test("commits carry the identity of the workflow, and no signature unless it is asked for", async () => {
  project = makeProject(() => ({ identity: IDENTITY }));
  const sha = await commitOf(project.host, "PLAIN");
  const shown = project.git(project.remote, "show", "-s", "--format=%an <%ae> %cn <%ce>|%G?", sha);
  expect(shown.trim()).toBe("Release Robot <robot@example.org> Release Robot <robot@example.org>|N");
});

test("signs commits and merges with an SSH key, as git verify-commit sees", async () => {
  project = makeProject((root) => ({ identity: IDENTITY, signing: { kind: "ssh", key: join(root, "sign key") } }));
  const key = join(project.root, "sign key");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key]);
  const publicKey = execFileSync("ssh-keygen", ["-y", "-f", key], { encoding: "utf8" }).trim();
  writeFileSync(join(project.root, "signers"), `robot@example.org ${publicKey}\n`);
  const allowed = ["gpg.format=ssh", `gpg.ssh.allowedSignersFile=${join(project.root, "signers")}`];

  const sha = await commitOf(project.host, "SIGNED");
  expect(verified(sha, ...allowed)).toMatch(/Good "git" signature for robot@example.org with ED25519 key/);

  const lane = project.lane("SIGNED");
  project.publish("main", { "base.txt": "moved\n" });
  expect(await project.host.mergeBase(lane, project.signal)).toBe("merged");
  const { headSha } = await project.host.takeOver(lane, { message: "Merged" }, project.signal);
  expect(headSha).not.toBe(sha);
  await project.host.push(lane.branch, headSha, sha, project.signal);
  expect(verified(headSha, ...allowed)).toMatch(/Good "git" signature/);

  const strangers = join(project.root, "strangers");
  writeFileSync(strangers, "");
  expect(() => verified(sha, "gpg.format=ssh", `gpg.ssh.allowedSignersFile=${strangers}`)).toThrow();
});

test("signs with a key of the GPG key ring", async () => {
  // A short path: gpg's agent listens on a socket in it.
  const home = mkdtempSync(join(tmpdir(), "mgpg-"));
  const environment = { PATH: process.env.PATH ?? "", HOME: home, GNUPGHOME: home };
  try {
    const gpg = (...args: string[]) => execFileSync("gpg", ["--batch", ...args], { env: environment, stdio: "pipe" });
    gpg("--passphrase", "", "--quick-gen-key", "Release Robot <robot@example.org>", "ed25519", "sign", "never");
    const signing = { kind: "gpg", key: null } as const;
    project = makeProject(() => ({ identity: IDENTITY, environment, signing }));
    const sha = await commitOf(project.host, "GPG");
    const env = { ...environment };
    const said = execFileSync("sh", ["-c", `git -C '${project.remote}' verify-commit --raw ${sha} 2>&1`], { env });
    expect(said.toString()).toContain("GOODSIG");
    execFileSync("gpgconf", ["--kill", "gpg-agent"], { env });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});

test("a key that is not there fails the commit, and says so", async () => {
  project = makeProject((root) => ({ signing: { kind: "ssh", key: join(root, "missing") } }));
  const host = createHostGit(project.options);
  await expect(commitOf(host, "NOKEY")).rejects.toMatchObject({ code: "git_failed" });
});
