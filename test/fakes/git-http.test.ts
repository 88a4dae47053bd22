import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  answerGit,
  type GitEvent,
  type GitForge,
  type GitVerdict,
  Repository,
} from "../../dev/fakes/git-http/index.ts";
import { type Listening, listen } from "../../dev/fakes/shared/http.ts";
import { git, newFolder, withPassword } from "./git.ts";

const servers: Listening[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(
  verdictOf: (password: string | undefined, service: string) => GitVerdict["kind"],
  locked: string[] = [],
) {
  const repository = new Repository(join(newFolder(), "acme/app.git"));
  repository.create("main", { "README.md": "hello\n" }, { name: "ann", email: "ann@example.com", at: 1_700_000_000 });
  const events: GitEvent[] = [];
  const forge: GitForge = {
    authorize: (repo, credentials, service) => {
      if (repo !== "acme/app") return { kind: "refused", status: 404, message: "Repository not found." };
      const kind = verdictOf(credentials?.password, service);
      if (kind === "allowed") return { kind, identity: "ann", repository, locked, noForce: ["main"] };
      return kind === "refused" ? { kind, status: 403, message: "Write access not granted." } : { kind };
    },
    happened: (_repo, event) => {
      events.push(event);
      return "answer";
    },
  };
  const server = await listen(0, async (message, response) => {
    if (!(await answerGit(forge, message, response))) response.writeHead(404).end();
  });
  servers.push(server);
  return { repository, events, url: `${server.url}/acme/app.git` };
}

async function commit(folder: string, content: string) {
  writeFileSync(join(folder, "file.txt"), content);
  await git(folder, "add", "file.txt");
  await git(folder, "commit", "--quiet", "-m", "one");
}

describe("Git over HTTP", () => {
  it("clones, fetches shallowly and pushes, and tells which refs moved before the pusher hears of it", async () => {
    const { repository, events, url } = await serve((password) =>
      password === "token" ? "allowed" : "unauthenticated",
    );
    const root = newFolder();
    expect((await git(root, "clone", "--quiet", "--depth=1", withPassword(url, "token"), "work")).code).toBe(0);
    const work = join(root, "work");
    await git(work, "checkout", "--quiet", "-b", "agent/1");
    await commit(work, "one");
    expect((await git(work, "push", "origin", "agent/1")).code).toBe(0);
    const head = repository.head("agent/1");
    expect(events.at(-1)).toMatchObject({
      service: "git-receive-pack",
      identity: "ann",
      status: 200,
      updates: [{ ref: "refs/heads/agent/1", before: "0".repeat(40), after: head }],
    });
  });

  it("asks for a password, refuses a wrong one, a reader's push and an unknown repository", async () => {
    const { events, url } = await serve((password, service) => {
      if (password !== "reader") return "unauthenticated";
      return service === "git-receive-pack" ? "refused" : "allowed";
    });
    const root = newFolder();
    expect((await git(root, "ls-remote", url)).out).toContain("terminal prompts disabled");
    expect((await git(root, "ls-remote", withPassword(url, "wrong"))).out).toContain("Authentication failed");
    expect((await git(root, "ls-remote", withPassword(url.replace("app", "nope"), "reader"))).out).toContain(
      "not found",
    );
    await git(root, "clone", "--quiet", withPassword(url, "reader"), "work");
    await commit(join(root, "work"), "one");
    const push = await git(join(root, "work"), "push", "origin", "HEAD:refs/heads/x");
    expect(push.out).toContain("403");
    expect(events.map(({ status }) => status)).toEqual(expect.arrayContaining([401, 404, 403, 200]));
  });

  it("protects branches by the server's own hook", async () => {
    const { repository, url } = await serve(() => "allowed", ["release"]);
    const root = newFolder();
    await git(root, "clone", "--quiet", url, "work");
    const work = join(root, "work");
    await commit(work, "one");
    const locked = await git(work, "push", "origin", "HEAD:refs/heads/release");
    expect(locked.code).not.toBe(0);
    expect(locked.out).toContain("GH006: Protected branch update failed for refs/heads/release");
    expect((await git(work, "push", "origin", "HEAD:refs/heads/main")).code).toBe(0);
    await git(work, "commit", "--quiet", "--amend", "-m", "other");
    const forced = await git(work, "push", "--force", "origin", "HEAD:refs/heads/main");
    expect(forced.out).toContain("Cannot force-push to this protected branch");
    expect((await git(work, "push", "origin", ":refs/heads/main")).out).toContain(
      "Cannot delete this protected branch",
    );
    expect(repository.git(["log", "-1", "--format=%s", "main"])).toBe("one");
  });

  it("takes a big push, which comes in pieces", async () => {
    const { repository, url } = await serve(() => "allowed");
    const root = newFolder();
    await git(root, "clone", "--quiet", url, "work");
    await commit(join(root, "work"), randomBytes(3_000_000).toString("base64"));
    expect((await git(join(root, "work"), "push", "origin", "HEAD:refs/heads/big")).code).toBe(0);
    expect(repository.head("big")).toMatch(/^[0-9a-f]{40}$/);
  });
});
