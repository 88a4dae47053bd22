import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { answerGit, type Credentials, Repository } from "../../dev/fakes/git-http/index.ts";
import { createHostGit, type HostGit, type HostGitOptions } from "../../src/git/index.ts";
import { makeProject, type Project } from "./project.ts";

const PASSWORD = "ghs_do-not-tell";
const LOGIN = { username: "x-access-token", password: PASSWORD };

interface GitHost {
  readonly host: string;
  /** What it was told by those who asked. */
  readonly told: (Credentials | undefined)[];
}

let project: Project;
const servers: Server[] = [];
beforeEach(() => {
  project = makeProject();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  project.remove();
});

/** A server that lets nobody in without the password; `redirect` sends everybody on to another one. */
async function serve(redirect?: string): Promise<GitHost> {
  const told: (Credentials | undefined)[] = [];
  const server = createServer((request, response) => {
    if (redirect !== undefined) {
      response.writeHead(302, { location: `http://${redirect}${request.url ?? ""}` }).end();
      return;
    }
    const forge = {
      authorize: (_: string, credentials: Credentials | undefined) => {
        told.push(credentials);
        if (credentials?.password !== PASSWORD) return { kind: "unauthenticated" } as const;
        return { kind: "allowed", identity: credentials.user, repository: new Repository(project.remote) } as const;
      },
      happened: () => "answer" as const,
    };
    answerGit(forge, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, told };
}

/** A host whose `git` writes down what it is called with. */
function watchedHost(remote: string, more: Partial<HostGitOptions>): { host: HostGit; calls: () => string[] } {
  const bin = join(project.root, "bin");
  const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
  mkdirSync(bin);
  const note = `printf '%s|%s\\n' "\${MAESTRO_GIT_PASSWORD:-none}" "$*" >> '${project.root}/calls'`;
  writeFileSync(join(bin, "git"), `#!/bin/sh\n${note}\nexec '${real}' "$@"\n`);
  chmodSync(join(bin, "git"), 0o755);
  const environment = { ...project.options.environment, PATH: `${bin}:${process.env.PATH}` };
  const options = {
    ...project.options,
    environment,
    source: { remote, path: null },
    stateDirectory: join(project.root, "fresh"),
  };
  const calls = (): string[] => readFileSync(join(project.root, "calls"), "utf8").trim().split("\n");
  return { host: createHostGit({ ...options, ...more }), calls };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

test("logs in for a push, and leaves the password nowhere", async () => {
  const server = await serve();
  const credential = async () => ({ host: server.host, ...LOGIN });
  const { host, calls } = watchedHost(`http://${server.host}/app.git`, { credential });
  const lane = project.lane("ABC-1");
  await host.prepare(lane, project.signal);
  project.write(lane.path, { "new.txt": "new\n" });
  const { headSha } = await host.takeOver(lane, { message: "do it\n" }, project.signal);
  expect(await host.push(lane.branch, headSha, null, project.signal)).toBe("pushed");
  expect(project.git(project.remote, "rev-parse", lane.branch).trim()).toBe(headSha);
  const kept = [...filesBelow(join(project.root, "fresh")), ...filesBelow(project.workspaces)];
  expect(kept.filter((path) => readFileSync(path).includes(PASSWORD))).toEqual([]);
  expect(statSync(join(project.root, "fresh/git/askpass")).mode & 0o777).toBe(0o700);
  const commands = calls().map((line) => line.split("|"));
  expect(commands.filter(([, args]) => args?.includes(PASSWORD))).toEqual([]);
  const withLogin = commands.filter(([password]) => password === PASSWORD).map(([, args]) => args ?? "");
  expect(withLogin.length).toBeGreaterThan(0);
  expect(withLogin.filter((args) => !/\b(?:ls-remote|fetch|push)\b/.test(args))).toEqual([]);
  expect(project.git(lane.path, "config", "--list")).not.toContain("askpass");
});

test.each([
  ["the login is for another host", async () => ({ host: "example.org", ...LOGIN })],
  ["there is no login", async () => null],
])("tells the remote nothing when %s", async (_, credential) => {
  const server = await serve();
  const { host } = watchedHost(`http://${server.host}/app.git`, { credential });
  await expect(host.refreshMirror(project.signal)).rejects.toMatchObject({ code: "git_auth" });
  expect(server.told.length).toBeGreaterThan(0);
  expect(server.told.filter((credentials) => credentials !== undefined)).toEqual([]);
});

test("tells a host to which the remote sends it nothing", async () => {
  const other = await serve();
  const server = await serve(other.host);
  const credential = async () => ({ host: server.host, ...LOGIN });
  const { host } = watchedHost(`http://${server.host}/app.git`, { credential });
  await expect(host.refreshMirror(project.signal)).rejects.toMatchObject({ code: "git_auth" });
  expect(other.told.length).toBeGreaterThan(0);
  expect(other.told.filter((credentials) => credentials !== undefined)).toEqual([]);
});

test("does not even ask for a login where none can be used", async () => {
  let asked = 0;
  const credential = async () => {
    asked += 1;
    return { host: "git.example.invalid", ...LOGIN };
  };
  for (const remote of [project.remote, `file://${project.remote}`]) {
    const host = createHostGit({ ...project.options, source: { remote, path: null }, credential });
    await host.refreshMirror(project.signal);
  }
  const plain = createHostGit({
    ...project.options,
    source: { remote: "http://git.example.invalid/a.git", path: null },
    credential,
  });
  await expect(plain.refreshMirror(project.signal)).rejects.toMatchObject({ code: "git_unreachable" });
  expect(asked).toBe(0);
  expect(existsSync(join(project.state, "git/askpass"))).toBe(false);
});
