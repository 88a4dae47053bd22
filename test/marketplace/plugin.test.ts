import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findingLine, readPlugin } from "../../src/marketplace/index.ts";
import { folder, forMaestro, manifest, put, skillText } from "./ground.ts";

async function look(files: Readonly<Record<string, string>>) {
  const root = join(await folder(), "mine");
  await put(root, files);
  const { plugin, findings } = await readPlugin(root);
  return { plugin, lines: findings.map(findingLine), root };
}

const MCP = "https://agent-plugins.org/schemas/1.0.0/mcp.schema.json";
const mcp = (servers: unknown): string => JSON.stringify({ $schema: MCP, mcpServers: servers });

describe("a plugin's folder", () => {
  it("is read with its skills, servers and what it brings for Maestro", async () => {
    const { plugin, lines } = await look({
      "plugin.json": manifest("mine", forMaestro({ code: "./code.js", provides: { trackers: ["mine"] } })),
      "code.js": "export function activate() {}",
      "skills/one/SKILL.md": skillText("one"),
      "mcp.json": mcp({ docs: { type: "stdio", command: "node", args: ["${PLUGIN_ROOT}/server.js"] } }),
    });
    expect(lines).toEqual([]);
    expect(plugin).toMatchObject({ name: "mine", version: "1.0.0", skills: [{ name: "one" }] });
    expect(Object.keys(plugin?.mcpServers ?? {})).toEqual(["docs"]);
    expect(plugin?.contentHash).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it.each([
    ["nothing", {}, "there is no plugin.json"],
    ["no JSON", { "plugin.json": "{" }, "plugin.json:1:2"],
    ["no $schema", { "plugin.json": '{\n  "name": "mine"\n}' }, "plugin.json:1:1 $schema: is missing"],
    ["a bad name", { "plugin.json": manifest("Mine") }, "plugin.json:3:11 name: must match"],
    [
      "an author with more",
      { "plugin.json": manifest("mine", { author: { name: "A", mail: "x" } }) },
      "author.mail: this key is not known",
    ],
    [
      "a repository that is an object",
      { "plugin.json": manifest("mine", { repository: { url: "x" } }) },
      "repository: must be string",
    ],
    [
      "an API of tomorrow",
      { "plugin.json": manifest("mine", forMaestro({ api: "^2.0" })) },
      "was written for plugin API ^2.0, this is 1.0; update Maestro",
    ],
    [
      "code that is not there",
      { "plugin.json": manifest("mine", forMaestro({ code: "./gone.js" })) },
      'extensions.dev.maestro.code: "./gone.js" is not there',
    ],
    [
      "code outside of it",
      { "plugin.json": manifest("mine", forMaestro({ code: "./../x.js" })) },
      'must not contain ".."',
    ],
    [
      "kinds without code",
      { "plugin.json": manifest("mine", forMaestro({ provides: { tools: ["a"] } })) },
      "needs `code`",
    ],
    ["a misspelt key", { "plugin.json": manifest("mine", forMaestro({ profile: "./p" })) }, 'did you mean "profiles"?'],
  ])("with %s is refused, and where", async (_, files, expected) => {
    const { plugin, lines } = await look(files);
    expect(lines.join("\n")).toContain(expected);
    expect(plugin).toBeUndefined();
  });

  it("keeps to the narrowest failure: a bad server, skill or client's manifest is only itself", async () => {
    const { plugin, lines } = await look({
      "plugin.json": manifest("mine", { unknown: 1, extensions: "none" }),
      "skills/good/SKILL.md": skillText("good"),
      "skills/bad/SKILL.md": "no",
      "mcp.json": mcp({
        good: { type: "streamable-http", url: "https://docs.example/mcp" },
        plain: { type: "streamable-http", url: "http://docs.example/mcp" },
        sneaky: { type: "stdio", command: "./run.sh", env: { PLUGIN_ROOT: "/" } },
        login: { type: "sse", url: "https://docs.example/", headers: { Authorization: "Bearer x" } },
        odd: { type: "carrier-pigeon" },
      }),
      ".codex-plugin/plugin.json": JSON.stringify({ name: "other", version: "1.0.0" }),
      ".claude-plugin/plugin.json": JSON.stringify({ name: "mine", version: "1.0.1" }),
      "hooks/hooks.json": JSON.stringify({ hooks: { OnFullMoon: [] } }),
    });
    expect(plugin?.skills.map(({ name }) => name)).toEqual(["good"]);
    expect(Object.keys(plugin?.mcpServers ?? {})).toEqual(["good"]);
    const text = lines.join("\n");
    for (const part of [
      "unknown: is not known",
      "extensions: is no object",
      "skills/bad/SKILL.md",
      "plain.url",
      "sneaky.env.PLUGIN_ROOT",
      "login.headers",
      "mcpServers.odd",
      'name: must be "mine"',
      'version: must be "1.0.0"',
      "OnFullMoon",
    ])
      expect(text).toContain(part);
  });

  it("refuses code behind a link that leads out", async () => {
    const root = join(await folder(), "mine");
    await put(root, { "plugin.json": manifest("mine", forMaestro({ code: "./code.js" })) });
    await put(join(root, ".."), { "outside.js": "" });
    await symlink("../outside.js", join(root, "code.js"));
    const { plugin, findings } = await readPlugin(root);
    expect([plugin, findings.map(findingLine).join()]).toEqual([
      undefined,
      expect.stringContaining("leads out of the folder"),
    ]);
  });

  it("has one hash for one content, wherever it lies, and another for every change", async () => {
    const files = { "plugin.json": manifest("mine"), "a.txt": "a" };
    const [left, right] = [await look(files), await look(files)];
    expect(left.plugin?.contentHash).toBe(right.plugin?.contentHash);
    await put(right.root, { "b.txt": "" });
    expect((await readPlugin(right.root)).plugin?.contentHash).not.toBe(left.plugin?.contentHash);
  });
});
