import { describe, expect, it } from "vitest";
import { ask, commit, R, read, REPO, start } from "./cnb-stage.ts";

describe("a repository", () => {
  it("shows the commits of a branch newest first, and one by its name", async () => {
    const fake = await start();
    const sha = commit(fake, "a", { "new.txt": "1\n" });
    const main = fake.git(REPO).head("main");
    const listed = await read(fake, `${R}/git/commits?sha=a`);
    expect(listed).toMatchObject([
      { sha, commit: { message: "Change a", committer: { date: "2023-11-14T22:13:20Z" } }, parents: [{ sha: main }] },
      { sha: main, parents: [] },
    ]);
    expect((await read(fake, `${R}/git/commits/${sha}`)).sha).toBe(sha);
    expect((await ask(fake, `GET ${R}/git/commits/${"1".repeat(40)}`)).status).toBe(404);
  });

  it("tells who may do what, and takes a new label", async () => {
    const fake = await start();
    const members: { username: string; access_level: string }[] = await read(fake, `${R}/list-members`);
    expect(members.map(({ username, access_level }) => [username, access_level])).toEqual([
      ["maestro", "Developer"],
      ["ann", "Developer"],
      ["reader", "Reporter"],
      ["bot", "Developer"],
      ["assistant", "Developer"],
    ]);
    const made = await ask(fake, `POST ${R}/labels`, { body: { name: "new", color: "ededed" } });
    expect([made.status, made.body.name]).toEqual([201, "new"]);
    expect((await read(fake, `${R}/labels?keyword=new`)).length).toBe(1);
    expect((await ask(fake, `POST ${R}/labels`, { body: { name: "new" } })).status).toBe(400);
  });
});
