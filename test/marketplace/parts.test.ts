import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { builtInKinds } from "../../src/app-kinds.ts";
import { addPluginKinds } from "../../src/app-plugins.ts";
import { installPlugin, projectLock, readPlugin, switchPlugin } from "../../src/marketplace/index.ts";
import { folder, forMaestro, manifest, placeIn, put } from "./ground.ts";

const MCP = {
  $schema: "https://agent-plugins.org/schemas/1.0.0/mcp.schema.json",
  mcpServers: {
    "Look Up": {
      ...{ type: "stdio", command: "./server", cwd: "${PLUGIN_DATA}/cache" },
      args: ["--root=${PLUGIN_ROOT}", "$PLUGIN_ROOT", "${HOME}"],
      env: { NESTED: "${PLUGIN_DATA}" },
    },
    remote: { type: "streamable-http", url: "https://example.invalid/mcp", headers: { "X-Team": "a" } },
  },
};
const PROVIDES = {
  ...{ trackers: ["t_kind"], forges: ["f_kind"], agents: ["a_kind"], placements: ["p_kind"], tools: ["x_kind"] },
};

/** A plugin with something of everything, in a project that has it installed. */
async function ground(more: Readonly<Record<string, unknown>> = {}) {
  const root = await folder();
  const source = join(root, "kit");
  const parts = { profiles: "./profiles", templates: "./templates", hooks: { before_run: "./it's" } };
  await put(source, {
    "plugin.json": manifest("kit", forMaestro({ code: "./index.js", provides: PROVIDES, ...parts, ...more })),
    ...{ "index.js": "export function activate() {}", "mcp.json": JSON.stringify(MCP), server: "#!/bin/sh\n" },
    ...{ "profiles/a.md": "", "templates/a.md": "", "it's": "#!/bin/sh\n" },
  });
  for (const name of ["server", "it's"]) await chmod(join(source, name), 0o755);
  const place = await placeIn(root);
  const lock = projectLock(place.cwd, place.home, place.clock);
  const kinds = () => addPluginKinds(builtInKinds(), { ...place, directory: place.cwd });
  const install = () => installPlugin(place, lock, source, { dryRun: false, consent: async () => true });
  return { root, source, place, lock, kinds, install };
}

it("brings kinds to every axis, folders, hooks and servers, and takes all of it away when it is off", async () => {
  const { place, lock, kinds, install } = await ground();
  const { plugin } = await install();
  const on = await kinds();
  expect(on.trackers.kinds()).toContain("t_kind");
  expect(on.forges.kinds()).toContain("f_kind");
  expect(on.agents.kinds()).toContain("a_kind");
  expect(on.placements.kinds()).toContain("p_kind");
  expect(on.tools.kinds()).toEqual(["x_kind"]);
  expect(on.parts?.profiles).toEqual([join(plugin.directory, "profiles")]);
  expect(on.parts?.templates).toEqual([join(plugin.directory, "templates")]);

  const [root, data] = [plugin.directory, join(place.home, "plugins/kit/data")];
  const { hooks, mcpServers } = (await on.parts?.running()) ?? { hooks: [], mcpServers: [] };
  expect(hooks).toMatchObject([{ plugin: "kit", hook: "before_run" }]);
  expect(hooks[0]?.script).toContain(`PLUGIN_ROOT='${root}' PLUGIN_DATA='${data}'`);
  expect(hooks[0]?.script).toContain("/it'\\''s'");
  expect(mcpServers).toEqual([
    {
      ...{ type: "stdio", name: "kit-look-up", command: "sh" },
      args: [
        ...["-c", expect.stringContaining('exec "$@"'), "sh", `${data}/cache`, join(root, "server")],
        ...[`--root=${root}`, "$PLUGIN_ROOT", "${HOME}"],
      ],
      env: { NESTED: data, PLUGIN_ROOT: root, PLUGIN_DATA: data },
    },
    { type: "http", name: "kit-remote", url: "https://example.invalid/mcp", headers: { "X-Team": "a" } },
  ]);

  for (const registry of [on.trackers, on.forges, on.agents, on.placements, on.tools]) registry.unregister("kit");
  const builtIn = builtInKinds();
  for (const axis of ["trackers", "forges", "agents", "placements", "tools"] as const)
    expect(on[axis].kinds()).toEqual(builtIn[axis].kinds());
  await switchPlugin(lock, "kit", false);
  const off = await kinds();
  expect([off.parts, off.tools.kinds(), off.trackers.kinds()]).toEqual([undefined, [], builtIn.trackers.kinds()]);
});

it("runs no hook and no server that nobody on this machine has consented to", async () => {
  const { root, place, install } = await ground();
  await install();
  const other = { ...place, home: join(root, "other") };
  const there = projectLock(place.cwd, other.home, place.clock);
  const { source } = { source: join(root, "kit") };
  await expect(
    installPlugin(other, there, source, { dryRun: false, consent: async () => false }),
  ).rejects.toMatchObject({ code: "consent_missing" });
  // As if the content had come there without a word: only the consent is missing.
  await put(place.home, { "plugins/consents.json": '{"version":1,"consents":[]}' });
  const kinds = await addPluginKinds(builtInKinds(), { ...place, directory: place.cwd });
  await expect(kinds.parts?.running()).rejects.toMatchObject({
    code: "consent_missing",
    message: expect.stringContaining("the hook before_run"),
  });
});

it("is refused when a tool has the name of one of Maestro's, and when a hook cannot be run", async () => {
  const { kinds, install } = await ground({ provides: { ...PROVIDES, tools: ["run_handoff"] } });
  await install();
  await expect(kinds()).rejects.toMatchObject({ code: "duplicate_kind" });
  const { source } = await ground();
  await chmod(join(source, "it's"), 0o644);
  const { findings } = await readPlugin(source);
  expect(findings).toMatchObject([{ level: "error", message: expect.stringContaining("is not executable") }]);
});
