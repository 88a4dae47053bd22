import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createHostGit, sshCommand } from "../../src/git/index.ts";
import { makeProject } from "./project.ts";

describe("the command that Git starts", () => {
  it("reads no configuration, believes no unknown host, and uses one key and nothing else", () => {
    const command = sshCommand({ auth: "key", key: "/k/my key", knownHosts: "/k/known hosts" });
    for (const part of ["-F /dev/null", "StrictHostKeyChecking=yes", "IdentitiesOnly=yes", "IdentityAgent=none"])
      expect(command).toContain(part);
    expect(command).toContain("-i '/k/my key'");
    expect(command).toContain(`'UserKnownHostsFile="/k/known hosts"'`);
  });

  it("takes nothing of a user who did not say so", () => {
    expect(sshCommand({ auth: "none" })).toMatch(/IdentityAgent=none.*IdentityFile=none/);
    expect(sshCommand({ auth: "agent" })).toContain("IdentityAgent=SSH_AUTH_SOCK");
  });
});

describe("a program in the place of ssh", () => {
  it("is called with our options for every transfer, whatever the agent's and the user's configuration say", async () => {
    const project = makeProject();
    onTestFinished(() => project.remove());
    const bin = join(project.root, "bin");
    const calls = join(project.root, "calls");
    mkdirSync(bin);
    // It serves the repository itself: the last argument is the command that the far side would run.
    writeFileSync(
      join(bin, "ssh"),
      `#!/bin/sh\nprintf '%s\\n' "$*" >> '${calls}'\nfor last; do :; done\nexec sh -c "$last"\n`,
    );
    chmodSync(join(bin, "ssh"), 0o755);
    project.write(project.root, {
      ".gitconfig": '[core]\n\tsshCommand = /bin/false\n[url "ext::false"]\n\tinsteadOf = ssh://\n',
      ".ssh/config": "Host *\n\tProxyCommand /bin/false\n",
    });
    const environment = {
      ...project.options.environment,
      ...{ PATH: `${bin}:${process.env.PATH}`, GIT_SSH: "/bin/false", GIT_SSH_COMMAND: "/bin/false" },
    };
    const command = sshCommand({ auth: "key", key: join(project.root, "key") });
    const host = createHostGit({
      ...project.options,
      ...{ environment, stateDirectory: join(project.root, "fresh"), remoteEnvironment: { GIT_SSH_COMMAND: command } },
      source: { remote: `ssh://git@forge.example${project.remote}`, path: null },
    });
    const lane = project.lane("SSH");
    await host.prepare(lane, project.signal);
    project.write(lane.path, { "ssh.txt": "over ssh\n" });
    const { headSha: sha } = await host.takeOver(lane, { message: "Over SSH" }, project.signal);
    await host.push(lane.branch, sha, null, project.signal);
    expect(project.git(project.remote, "rev-parse", "maestro/ssh").trim()).toBe(sha);
    const lines = readFileSync(calls, "utf8").trim().split("\n");
    expect(lines.some((line) => line.includes("git-upload-pack"))).toBe(true);
    expect(lines.some((line) => line.includes("git-receive-pack"))).toBe(true);
    for (const line of lines) expect(line).toMatch(/^-F \/dev\/null .*StrictHostKeyChecking=yes.* git@forge\.example /);
  });
});
