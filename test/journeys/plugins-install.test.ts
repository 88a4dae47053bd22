import { chmod, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Registry } from "../../src/contracts/registry.ts";
import {
  addMarketplace,
  installLocked,
  installPlugin,
  listMarketplaces,
  projectLock,
  registerPlugin,
  removeMarketplace,
  removePlugin,
  switchPlugin,
  updateMarketplaces,
  usedPlugins,
  userLock,
} from "../../src/marketplace/index.ts";
import { commitAll, folder, forMaestro, manifest, placeIn, put, skillText } from "../marketplace/ground.ts";

const CODE =
  'export function activate(api) { api.tool({ name: "hello", call: async () => ({ ok: true, code: "ok", text: "v1" }) }); }';
const PLUGIN = {
  "plugin.json": manifest("greeter", forMaestro({ code: "./index.js", provides: { tools: ["hello"] } })),
  "index.js": CODE,
  "skills/greet/SKILL.md": skillText("greet"),
};

const agreed = { dryRun: false, consent: async () => true };
const silent = { dryRun: false, consent: async () => false };

/** A plugin in a repository, a project, a home. */
async function ground() {
  const root = await folder();
  const repository = join(root, "greeter");
  await put(repository, PLUGIN);
  const sha = await commitAll(repository);
  const place = await placeIn(root);
  const lock = projectLock(place.cwd, place.home, place.clock);
  const used = () => usedPlugins({ home: place.home, directory: place.cwd, clock: place.clock });
  return { root, repository, sha, place, lock, used, url: `file://${repository}` };
}

function registries() {
  return {
    ...{ trackers: new Registry<never>("t"), forges: new Registry<never>("f"), agents: new Registry<never>("a") },
    placements: new Registry<never>("p"),
    tools: new Registry<import("../../src/contracts/tool.ts").Tool>("tools"),
  };
}

describe("a plugin from a Git repository", () => {
  it("is installed at its commit, locked, run, updated, and removed", async () => {
    const { repository, sha, place, lock, used, url } = await ground();
    const first = await installPlugin(place, lock, url, agreed);
    expect(first).toMatchObject({ changed: true, before: null, locked: { sha, version: "1.0.0", enabled: true } });

    const kinds = registries();
    const [one] = await used();
    if (one === undefined) throw new Error("the plugin is in use");
    registerPlugin(one.plugin, kinds, place.home, place.clock);
    const tool = await kinds.tools.load("hello");
    expect(await tool.call({}, {} as never)).toMatchObject({ text: "v1" });

    await put(repository, {
      "plugin.json": PLUGIN["plugin.json"].replace('"version": "1.0.0"', '"version": "1.1.0"'),
      "index.js": CODE.replace("v1", "v2"),
    });
    await commitAll(repository, "Better");
    const second = await installPlugin(place, lock, url, agreed);
    expect(second.before?.sha).toBe(sha);
    expect(second.locked.content_hash).not.toBe(first.locked.content_hash);

    await removePlugin(place, lock, "greeter");
    expect(await used()).toEqual([]);
    await expect(removePlugin(place, lock, "greeter")).rejects.toMatchObject({ code: "plugin_not_locked" });
  });

  it("is not installed without consent to its code, and nothing is left of the attempt", async () => {
    const { place, lock, url, used } = await ground();
    await expect(installPlugin(place, lock, url, silent)).rejects.toMatchObject({
      code: "consent_missing",
      message: expect.stringContaining("code with Maestro's own rights (tools: hello)"),
    });
    expect(await used()).toEqual([]);
    expect(await readdir(join(place.home, "staging"))).toEqual([]);
  });

  it("is only told about in a dry run", async () => {
    const { place, lock, url, used } = await ground();
    const told = await installPlugin(place, lock, url, { ...silent, dryRun: true });
    expect(told).toMatchObject({ changed: true, plugin: { name: "greeter" } });
    expect(await used()).toEqual([]);
  });

  it("is refused once somebody has changed it on disk", async () => {
    const { place, lock, url, used } = await ground();
    const { plugin } = await installPlugin(place, lock, url, agreed);
    await writeFile(join(plugin.directory, "index.js"), "export function activate() { process.exit(1) }");
    await expect(used()).rejects.toMatchObject({ code: "plugin_tampered", hint: expect.stringContaining("install") });
    await installLocked(place, lock, agreed);
    expect((await used()).length).toBe(1);
  });

  it("does not run on a machine whose user has not consented, whatever the lock says", async () => {
    const { place, lock, url, used } = await ground();
    await installPlugin(place, lock, url, agreed);
    await rm(join(place.home, "plugins", "consents.json"));
    const [one] = await used();
    if (one === undefined) throw new Error("the plugin is in use");
    const kinds = registries();
    registerPlugin(one.plugin, kinds, place.home, place.clock);
    await expect(kinds.tools.load("hello")).rejects.toMatchObject({ code: "consent_missing" });
  });

  it("is installed on another machine exactly as it was locked, or not at all", async () => {
    const { root, repository, place, lock, url } = await ground();
    await installPlugin(place, lock, url, agreed);
    await put(repository, { "index.js": CODE.replace("v1", "v9") });
    await commitAll(repository, "Other");
    const elsewhere = { ...place, home: join(root, "other-home") };
    const [plugin] = await installLocked(elsewhere, lock, agreed);
    expect(await readFile(join(plugin?.directory ?? "", "index.js"), "utf8")).toContain("v1");
    const text = await readFile(join(lock.directory, "plugins.lock.json"), "utf8");
    await writeFile(
      join(lock.directory, "plugins.lock.json"),
      text.replace(/"content_hash": "sha256:..../, '"content_hash": "sha256:0000'),
    );
    await expect(installLocked({ ...place, home: join(root, "third") }, lock, agreed)).rejects.toMatchObject({
      code: "lock_mismatch",
    });
  });

  it("is off when it is switched off; the project's word outweighs the user's", async () => {
    const { place, lock, url, used } = await ground();
    const user = userLock(place.home, place.clock);
    await installPlugin(place, user, url, agreed);
    expect((await used()).map(({ scope }) => scope)).toEqual(["user"]);
    await installPlugin(place, lock, url, agreed);
    await switchPlugin(lock, "greeter", false);
    expect(await used()).toEqual([]);
  });
});

describe("what is fetched", () => {
  it("runs none of the repository's hooks and keeps none of its links that lead out", async () => {
    const { root, repository, place, lock, url } = await ground();
    await put(repository, { ".git/hooks/post-checkout": `#!/bin/sh\ntouch ${join(root, "hooked")}\n` });
    await chmod(join(repository, ".git/hooks/post-checkout"), 0o755);
    await symlink("/etc/passwd", join(repository, "secrets"));
    await commitAll(repository, "Sneak");
    await expect(installPlugin(place, lock, url, agreed)).rejects.toMatchObject({ code: "link_escapes" });
    await expect(installPlugin(place, lock, repository, agreed)).rejects.toMatchObject({ code: "link_escapes" });
    expect(await readdir(root)).not.toContain("hooked");
  });

  it("is an error with a hint when the repository is not there, without its login", async () => {
    const { place, lock } = await ground();
    const wanted = "https://user:hunter2@localhost:9/none.git";
    const error = await installPlugin(place, lock, wanted, agreed).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "fetch_failed", hint: expect.stringContaining("git ls-remote") });
    expect(String(error)).not.toContain("hunter2");
  });
});

describe("a marketplace", () => {
  async function shop() {
    const base = await ground();
    const shopFolder = join(base.root, "shop");
    const entry = {
      name: "greeter",
      description: "Says hello",
      source: { source: "url", url: base.url, sha: base.sha },
    };
    const odd = { name: "odd", source: { source: "ftp" } };
    const missing = { name: "missing", source: "./gone" };
    await put(shopFolder, {
      ".agents/plugins/marketplace.json": JSON.stringify({ name: "shop", plugins: [entry, odd, missing] }),
    });
    return { ...base, shopFolder };
  }

  it("is added, offers what can be had, and tells what cannot", async () => {
    const { place, shopFolder } = await shop();
    const added = await addMarketplace(place, shopFolder);
    expect(added.catalogue.offers.map(({ name }) => name)).toEqual(["greeter"]);
    expect(added.catalogue.findings.map(({ key }) => key)).toEqual(["plugins.1.source", "plugins.2.source"]);
    expect((await listMarketplaces(place)).map(({ name }) => name)).toEqual(["maestro", "shop"]);
  });

  it("leads to the pinned commit, also when the repository has gone on", async () => {
    const { place, lock, shopFolder, repository, sha } = await shop();
    await addMarketplace(place, shopFolder);
    await put(repository, { "index.js": CODE.replace("v1", "v2") });
    await commitAll(repository, "Later");
    const { locked } = await installPlugin(place, lock, "greeter@shop", agreed);
    expect(locked).toMatchObject({ sha, source: "greeter@shop" });
    await expect(installPlugin(place, lock, "greter", agreed)).rejects.toMatchObject({
      code: "unknown_plugin",
      hint: 'did you mean "greeter"?',
    });
  });

  it("is updated from where it was added, and forgotten", async () => {
    const { place, shopFolder } = await shop();
    await addMarketplace(place, shopFolder);
    await put(shopFolder, { ".agents/plugins/marketplace.json": JSON.stringify({ name: "shop", plugins: [] }) });
    const [updated] = await updateMarketplaces(place, null);
    expect(updated?.catalogue.offers).toEqual([]);
    await removeMarketplace(place, "shop");
    await expect(removeMarketplace(place, "shop")).rejects.toMatchObject({ code: "unknown_marketplace" });
  });

  it("may not take the packaged one's name, nor be without a catalogue", async () => {
    const { place, root } = await shop();
    await put(join(root, "fake"), {
      ".agents/plugins/marketplace.json": JSON.stringify({ name: "maestro", plugins: [] }),
    });
    await expect(addMarketplace(place, join(root, "fake"))).rejects.toMatchObject({ code: "name_reserved" });
    await put(join(root, "empty"), { "README.md": "" });
    await expect(addMarketplace(place, join(root, "empty"))).rejects.toMatchObject({ code: "no_catalogue" });
  });
});
