import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { createHostGit, type HostGitOptions, sshCommand } from "../../../src/git/index.ts";
import { makeProject, type Project } from "../../git/project.ts";

const SSHD = "/usr/sbin/sshd";
let project: Project;
afterEach(() => project.remove());

/** The host's Git over another address of the same repository. */
function over(remote: string, more: Partial<HostGitOptions>) {
  const stateDirectory = join(project.root, "fresh");
  return createHostGit({ ...project.options, stateDirectory, source: { remote, path: null }, ...more });
}

/** Fetches, commits and pushes through it. */
async function roundTrip(host: Project["host"]): Promise<string> {
  const lane = project.lane("SSH");
  await host.prepare(lane, project.signal);
  project.write(lane.path, { "ssh.txt": "over ssh\n" });
  const { headSha } = await host.takeOver(lane, { message: "Over SSH" }, project.signal);
  await host.push(lane.branch, headSha, null, project.signal);
  return headSha;
}

interface Served {
  readonly remote: string;
  readonly key: string;
  readonly knownHosts: string;
}

/** A real SSH server for one key on a free port. */
async function serve(): Promise<Served> {
  const at = (name: string): string => join(project.root, name);
  for (const name of ["host-key", "user-key", "other-key"])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(name)]);
  const port = await freePort();
  const publicKey = readFileSync(at("host-key.pub"), "utf8");
  const [type, value] = publicKey.split(" ");
  writeFileSync(at("known"), `[127.0.0.1]:${port} ${type} ${value}\n`);
  writeFileSync(at("authorized"), readFileSync(at("user-key.pub")));
  const options = [
    ...["UsePAM=no", "StrictModes=no", "PasswordAuthentication=no", `AuthorizedKeysFile=${at("authorized")}`],
    ...[`HostKey=${at("host-key")}`, "ListenAddress=127.0.0.1", "PidFile=none", "PermitRootLogin=yes"],
  ];
  const args = ["-D", "-e", "-f", "/dev/null", "-p", String(port), ...options.flatMap((option) => ["-o", option])];
  const server = spawn(SSHD, args, { stdio: ["ignore", "ignore", "pipe"] });
  onTestFinished(() => stopped(server));
  await listening(server);
  const user = userInfo().username;
  return { remote: `ssh://${user}@127.0.0.1:${port}${project.remote}`, key: at("user-key"), knownHosts: at("known") };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

function listening(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    server.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.includes("Server listening")) resolve();
    });
    server.once("exit", () => reject(new Error(`sshd ended: ${said}`)));
  });
}

async function stopped(server: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill();
  await ended;
}

function canServe(): boolean {
  if (!existsSync(SSHD)) return false;
  // Without its folder a server of root's refuses to start.
  if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  return true;
}

describe.skipIf(!canServe())("a real sshd", () => {
  it("is used with the key of the workflow", async () => {
    project = makeProject();
    const { remote, key, knownHosts } = await serve();
    const remoteEnvironment = { GIT_SSH_COMMAND: sshCommand({ auth: "key", key, knownHosts }) };
    const sha = await roundTrip(over(remote, { remoteEnvironment }));
    expect(project.git(project.remote, "rev-parse", "maestro/ssh").trim()).toBe(sha);
  });

  it("is not believed when its key is unknown, and lets nobody in with another key or none", async () => {
    project = makeProject();
    const { remote, key, knownHosts } = await serve();
    const strangers = join(project.root, "strangers");
    writeFileSync(strangers, "");
    const refused = async (command: string): Promise<unknown> =>
      over(remote, { remoteEnvironment: { GIT_SSH_COMMAND: command } })
        .refreshMirror(project.signal)
        .catch((error: unknown) => error);
    expect(await refused(sshCommand({ auth: "key", key, knownHosts: strangers }))).toMatchObject({
      code: "git_auth",
      hint: expect.stringContaining("repo.ssh.known_hosts"),
    });
    const other = join(project.root, "other-key");
    for (const command of [
      sshCommand({ auth: "key", key: other, knownHosts }),
      sshCommand({ auth: "none", knownHosts }),
    ])
      expect(await refused(command)).toMatchObject({ code: "git_auth", hint: expect.stringContaining("repo.ssh") });
  });

  it("lets in who has the key in the agent, only when the workflow asks for the agent", async () => {
    project = makeProject();
    const { remote, key, knownHosts } = await serve();
    const socket = join(project.root, "agent.sock");
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
    onTestFinished(() => stopped(agent));
    await new Promise((resolve) => agent.stdout.once("data", resolve));
    execFileSync("ssh-add", ["-q", key], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: "pipe" });
    const environment = { ...project.options.environment, SSH_AUTH_SOCK: socket };
    const silent = over(remote, {
      environment,
      remoteEnvironment: { GIT_SSH_COMMAND: sshCommand({ auth: "none", knownHosts }) },
    });
    await expect(silent.refreshMirror(project.signal)).rejects.toMatchObject({ code: "git_auth" });
    const asked = { GIT_SSH_COMMAND: sshCommand({ auth: "agent", knownHosts }) };
    const sha = await roundTrip(over(remote, { environment, remoteEnvironment: asked }));
    expect(project.git(project.remote, "rev-parse", "maestro/ssh").trim()).toBe(sha);
  });
});
