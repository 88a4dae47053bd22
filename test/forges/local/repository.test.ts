import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import type { JsonObject } from "../../../src/base/json.ts";
import type { AdapterContext } from "../../../src/contracts/tracker.ts";
import { localForge } from "../../../src/forges/local/index.ts";
import { readLocalOptions } from "../../../src/forges/local/options.ts";
import { commit, type ForgePlace, forgePlace, git } from "../place.ts";

const places: ForgePlace[] = [];

afterEach(() => {
  vi.unstubAllEnvs();
  for (const place of places.splice(0)) place.remove();
});

async function newPlace(): Promise<ForgePlace> {
  const place = await forgePlace("checkout");
  places.push(place);
  return place;
}

const open = (context: AdapterContext, options: JsonObject = {}) =>
  localForge.open(localForge.parseOptions(options), context);

it("clones the base branch of a checkout and nothing else of it", async () => {
  const { context, checkout } = await newPlace();
  git(checkout, "tag", "v1");
  git(checkout, "branch", "private");
  git(checkout, "config", "user.name", "Somebody");
  mkdirSync(join(checkout, ".git/hooks"));
  writeFileSync(join(checkout, ".git/hooks/post-receive"), "#!/bin/sh\n", { mode: 0o755 });
  const remote = (await open(context)).remote() ?? "";
  expect(remote).toBe(join(context.stateDirectory, "forge/repository.git"));
  expect(git(remote, "for-each-ref", "--format=%(refname) %(objectname)")).toBe(
    `refs/heads/main ${git(checkout, "rev-parse", "main")}`,
  );
  expect(git(remote, "symbolic-ref", "HEAD")).toBe("refs/heads/main");
  expect(existsSync(join(remote, "hooks"))).toBe(false);
  expect(readFileSync(join(remote, "config"), "utf8")).not.toMatch(/Somebody|remote|checkout/);
});

it("clones a bare repository, a shallow checkout, and another base branch", async () => {
  const { context, checkout, root } = await newPlace();
  commit(checkout, { "second.txt": "2\n" });
  git(checkout, "branch", "trunk");
  const bare = join(root, "bare.git");
  const shallow = join(root, "shallow");
  git(root, "clone", "--quiet", "--bare", checkout, bare);
  git(root, "clone", "--quiet", "--depth=1", "--branch=trunk", `file://${checkout}`, shallow);
  for (const [at, path] of [bare, shallow].entries()) {
    const place = { ...context, stateDirectory: join(root, `state-${at}`), repository: { path, baseBranch: "trunk" } };
    const remote = (await open(place)).remote() ?? "";
    expect(git(remote, "rev-parse", "HEAD")).toBe(git(checkout, "rev-parse", "trunk"));
  }
});

it("clones once when it is opened twice at the same time, and uses what is there afterwards", async () => {
  const { context, checkout } = await newPlace();
  const [forge, other] = await Promise.all([open(context), open(context)]);
  const remote = forge.remote() ?? "";
  expect(other.remote()).toBe(remote);
  const first = git(remote, "rev-parse", "main");
  commit(checkout, { "later.txt": "later\n" });
  await open(context);
  expect(git(remote, "rev-parse", "main")).toBe(first);
  expect(readdirSync(join(remote, "..")).sort()).toEqual(["repository.git", "repository.git.forge"]);
});

it("takes up a clone that was killed half-way", async () => {
  const { context } = await newPlace();
  const draft = join(context.stateDirectory, "forge/repository.git.new");
  mkdirSync(join(draft, "objects"), { recursive: true });
  writeFileSync(join(draft, "HEAD"), "half");
  const remote = (await open(context)).remote() ?? "";
  expect(git(remote, "log", "--format=%s", "main")).toBe("readme.txt");
  expect(existsSync(draft)).toBe(false);
});

it.each([
  {
    name: "a work tree",
    repository: "checkout",
    source: "checkout",
    base: "main",
    says: /work tree/,
    hint: /repo\.path/,
  },
  { name: "a .git folder", repository: "checkout/.git", source: null, base: "main", says: /work tree/, hint: /bare/ },
  {
    name: "another folder",
    repository: "checkout/../empty",
    source: null,
    base: "main",
    says: /no Git repository/,
    hint: /bare/,
  },
  { name: "nothing to clone", repository: "new.git", source: null, base: "main", says: /nothing/, hint: /repo\.path/ },
  {
    name: "no repository to clone",
    repository: "new.git",
    source: "empty",
    base: "main",
    says: /cannot clone/,
    hint: /repo\.path/,
  },
  {
    name: "a base branch that is not there",
    repository: "new.git",
    source: "checkout",
    base: "trunk",
    says: /no branch "trunk"/,
    hint: /base_branch/,
  },
])("refuses $name with a hint, and leaves nothing half-made", async ({ repository, source, base, says, hint }) => {
  const { context, root } = await newPlace();
  mkdirSync(join(root, "empty"));
  const named = { path: source === null ? null : join(root, source), baseBranch: base };
  await expect(open({ ...context, repository: named }, { repository })).rejects.toMatchObject({
    code: "forge_invalid_config",
    message: expect.stringMatching(says),
    hint: expect.stringMatching(hint),
    facts: { path: ["repository"] },
  });
  expect(existsSync(join(root, "new.git"))).toBe(false);
  expect(existsSync(join(root, "new.git.new"))).toBe(false);
});

it("refuses a Git that is too old, and the lack of one, in a sentence", async () => {
  const { context, root } = await newPlace();
  mkdirSync(join(root, "bin"));
  writeFileSync(join(root, "bin/git"), "#!/bin/sh\necho git version 2.37.9\n");
  chmodSync(join(root, "bin/git"), 0o755);
  vi.stubEnv("PATH", join(root, "bin"));
  await expect(open(context)).rejects.toMatchObject({
    code: "forge_invalid_config",
    message: expect.stringContaining("2.37.9"),
    hint: expect.stringContaining("newer Git"),
  });
  vi.stubEnv("PATH", join(root, "none"));
  await expect(open(context)).rejects.toMatchObject({
    code: "forge_invalid_config",
    message: expect.stringContaining("not installed"),
  });
});

it.each([
  [{}, "/state/forge/repository.git", null],
  [{ repository: "../r.git" }, "/r.git", null],
  [{ repository: "/abs/r.git", socket: "s.sock" }, "/abs/r.git", "/project/s.sock"],
  [{ repository: "~/r.git" }, join(homedir(), "r.git"), null],
])("reads %j", (options, repository, socket) => {
  const place = { directory: "/project", stateDirectory: "/state" };
  expect(readLocalOptions(options, place)).toEqual({ repository, socket });
});

it("names a misspelt option and the nearest one", () => {
  expect(() => localForge.parseOptions({ repositry: "x" })).toThrow(
    expect.objectContaining({
      code: "forge_invalid_config",
      hint: 'did you mean "repository"?',
      facts: { path: ["repositry"], known: ["repository", "socket"] },
    }),
  );
  expect(() => localForge.parseOptions({ repository: " " })).toThrow(
    expect.objectContaining({ code: "forge_invalid_config", facts: { path: ["repository"] } }),
  );
});
