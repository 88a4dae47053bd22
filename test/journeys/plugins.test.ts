import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bundlePlugin } from "../../dev/plugins/bundle.ts";
import { git, newPlace, writeFiles } from "../e2e/ground.ts";
import { document, maestro, type Place, startMaestro } from "../e2e/program.ts";

const PROVIDES = { forges: ["kit_forge"], agents: ["kit_agent"], placements: ["kit_place"], tools: ["kit_stamp"] };
const HOOK = '#!/bin/sh\necho "$(basename "$0") $ISSUE_IDENTIFIER $PLUGIN_ROOT" >> "$PLUGIN_DATA/hooks.log"\n';

const WORKFLOW = `---
workflow: { profile: { kind: kit_flow } }
tracker: { kind: local }
repo: { path: ., provider: { kind: kit_forge } }
agent_provider: { kind: kit_agent }
agent_runtime: { placement: kit_place }
validation: { commands: ["grep -q stamped stamp.txt"] }
hooks:
  before_run: echo workflow >> "$WORKSPACE_PATH/../order.log"
polling: { interval_ms: 500 }
workspace: { min_free_bytes: 1 }
---
`;

let code = "";
beforeAll(async () => {
  code = await bundlePlugin("test/journeys/kit/index.ts");
});

function manifest(version: string): string {
  const hooks = { after_create: "./hooks/after-create", before_run: "./hooks/before-run" };
  const maestro = { api: "^1.0", code: "./index.js", provides: PROVIDES, profiles: "./profiles", hooks };
  return JSON.stringify({
    $schema: "https://agent-plugins.org/schemas/1.0.0/plugin.schema.json",
    ...{ name: "kit", version, description: "Something for every axis." },
    extensions: { "dev.maestro": maestro },
  });
}

/** A repository with the plugin, and a project in another one that wants what it brings. */
async function ground() {
  const place = await newPlace();
  const repository = join(place.root, "kit");
  const profile = await readFile("profiles/coding_pr_delivery.md", "utf8");
  const parts = await readdir("profiles/coding_pr_delivery");
  const texts = await Promise.all(
    parts.map(async (name) => [
      `profiles/kit_flow/${name}`,
      await readFile(`profiles/coding_pr_delivery/${name}`, "utf8"),
    ]),
  );
  await writeFiles(repository, {
    ...{ "plugin.json": manifest("1.0.0"), "index.js": code },
    ...{ "hooks/after-create": HOOK, "hooks/before-run": HOOK },
    "mcp.json": JSON.stringify({
      $schema: "https://agent-plugins.org/schemas/1.0.0/mcp.schema.json",
      mcpServers: {
        echo: {
          ...{ type: "stdio", command: "sh", args: ["-c", 'echo "$GREETING $(pwd) $PLUGIN_DATA"'] },
          env: { GREETING: "root is ${PLUGIN_ROOT}" },
        },
      },
    }),
    "profiles/kit_flow.md": profile
      .replace("kind: coding_pr_delivery", "kind: kit_flow")
      .replace("  - run_handoff", "  - kit_stamp\n  - run_handoff"),
    ...Object.fromEntries(texts),
  });
  for (const name of ["after-create", "before-run"]) await chmod(join(repository, "hooks", name), 0o755);
  const release = (message: string): string => {
    git(repository, "init", "--quiet", "--initial-branch=main");
    git(repository, "add", "--all");
    git(repository, "commit", "--quiet", "-m", message);
    return git(repository, "rev-parse", "HEAD");
  };
  const sha = release("First");
  await writeFiles(place.cwd, {
    "WORKFLOW.md": WORKFLOW,
    "README.md": "A project.\n",
    ".maestro/issues/README.md": "Issues.\n",
    ".gitignore": ".maestro/\n",
  });
  git(place.cwd, "init", "--quiet", "--initial-branch=main");
  git(place.cwd, "add", "--all");
  git(place.cwd, "commit", "--quiet", "-m", "Begin");
  return { place, repository, release, sha, url: `file://${repository}` };
}

interface Listed {
  readonly plugins: readonly { readonly name: string; readonly version: string; readonly enabled: boolean }[];
}

async function failing(place: Place, ...words: readonly string[]): Promise<{ code: number | null; err: string }> {
  const { code: exit, err } = await maestro(place, ...words);
  expect(exit, words.join(" ")).not.toBe(0);
  return { code: exit, err };
}

describe("a plugin of somebody else, from its repository", () => {
  it("is refused without consent, shown beforehand, and installed as it was locked", async () => {
    const { place, url, sha } = await ground();
    const wrong = await failing(place, "plugins", "install", "./nowhere");
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining("there is no such folder") });
    const unknown = await failing(place, "plugins", "install", "kti");
    expect(unknown.err).toContain('The plugin "kti" is in no catalogue');

    const refused = await failing(place, "plugins", "install", url);
    expect(refused.err).toContain("forges: kit_forge; agents: kit_agent");
    expect(refused.err).toContain("--consent");
    expect((await document<Listed>(place, "plugins", "list", "--json")).plugins).toEqual([]);

    const dry = await document<{ plugins: object[] }>(place, "plugins", "install", url, "--dry-run", "--json");
    expect(dry).toMatchObject({ dry_run: true, plugins: [{ name: "kit", locked: { sha }, before: null }] });
    expect((await document<Listed>(place, "plugins", "list", "--json")).plugins).toEqual([]);

    // Nothing of it is there, so that a workflow that wants it says what is missing, and where.
    const before = await failing(place, "workflow", "validate");
    expect(before.err).toMatch(/WORKFLOW\.md:\d+:\d+ .*"kit_forge" is not known; known: .*local/);

    expect(await maestro(place, "plugins", "install", url, "--consent")).toMatchObject({
      code: 0,
      out: "kit 1.0.0 is installed.\n",
    });
    const { out } = await maestro(place, "plugins", "info", "kit");
    expect(out).toContain(`at ${sha.slice(0, 12)}`);
    expect(await maestro(place, "workflow", "validate")).toMatchObject({ code: 0, err: "" });

    // On a second machine only the lock is there.
    const second = { ...place, home: join(place.root, "second") };
    await mkdir(second.home);
    const missing = await failing(second, "workflow", "validate");
    expect(missing.err).toContain("maestro plugins install --frozen");
    expect((await failing(second, "plugins", "install", "--frozen")).err).toContain("Nobody consented");
    expect((await maestro(second, "plugins", "install", "--frozen", "--consent")).code).toBe(0);
    expect((await maestro(second, "workflow", "validate")).code).toBe(0);
    expect((await failing(second, "plugins", "install", url, "--frozen")).code).toBe(2);
  });

  it("carries an issue from the plugin's agent, place and tool to its forge, with its hooks and its MCP server", async () => {
    const { place, url } = await ground();
    expect((await maestro(place, "plugins", "install", url, "--consent")).code).toBe(0);
    expect((await maestro(place, "issue", "new", "Stamp it")).code).toBe(0);
    const service = startMaestro(place);
    await service.line(/ISS-1 .*(review|In Review)/i);
    expect(await document(place, "status", "--json")).toMatchObject({ counts: { review: 1, parked: 0 } });
    expect((await service.end("SIGTERM")).code).toBe(0);

    const data = join(place.home, "plugins", "kit", "data");
    const lines = (await readFile(join(data, "hooks.log"), "utf8")).trim().split("\n");
    expect(lines.map((line) => line.split(" ").slice(0, 2))).toEqual(
      expect.arrayContaining([
        ["after-create", "ISS-1"],
        ["before-run", "ISS-1"],
      ]),
    );
    const root = lines[0]?.split(" ")[2] ?? "";
    // What did not fit the tool's schema never reached it; the server's variables were filled in once.
    expect(git(place.cwd, "show", "maestro/iss-1:stamp.txt").split("\n")).toEqual([
      "invalid_arguments",
      "ISS-1: stamped 1",
      `root is ${root} ${root} ${data}`,
    ]);
    const events = (await maestro(place, "record", "export")).out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const hooks = events.filter(({ type }) => type === "hook_finished").map(({ data: { hook } }) => hook);
    expect(hooks).toEqual(["population", "kit:after_create", "kit:before_run", "before_run"]);
    const { summary } = events.find(({ type }) => type === "run_summarised").data;
    expect(summary).toMatchObject({ profile: "kit_flow", agent: "kit_agent", runtime: "kit_place" });
  });

  it("is updated on purpose, refused when somebody changed it, and gone when it is removed", async () => {
    const { place, url, repository, release } = await ground();
    expect((await maestro(place, "plugins", "install", url, "--consent")).code).toBe(0);
    await writeFile(join(repository, "plugin.json"), manifest("1.1.0"));
    const newer = release("Second");
    const dry = await maestro(place, "plugins", "update", "kit", "--dry-run");
    expect(dry).toMatchObject({ code: 0, out: "kit 1.1.0 would be installed (before: 1.0.0).\n" });
    expect((await failing(place, "plugins", "update", "kit")).err).toContain("Nobody consented");
    expect((await maestro(place, "plugins", "update", "kit", "--consent")).code).toBe(0);
    const lock = JSON.parse(await readFile(join(place.cwd, ".maestro/plugins.lock.json"), "utf8"));
    expect(lock.plugins.kit).toMatchObject({ sha: newer, version: "1.1.0" });

    const kept = (await readdir(join(place.home, "plugins", "kit"))).find((name) => name.startsWith("1.1.0-")) ?? "";
    const file = join(place.home, "plugins", "kit", kept, "index.js");
    await writeFile(file, `${code}\n// Somebody was here.\n`);
    const tampered = await failing(place, "workflow", "validate");
    expect(tampered.err).toContain("is not what was installed");
    expect((await failing(place, "--once")).err).toContain("is not what was installed");
    expect((await maestro(place, "plugins", "install", "--frozen", "--consent")).code).toBe(0);
    expect((await maestro(place, "workflow", "validate")).code).toBe(0);

    expect((await maestro(place, "plugins", "disable", "kit")).code).toBe(0);
    const off = await failing(place, "workflow", "validate");
    for (const kind of ["kit_flow", "kit_forge", "kit_agent", "kit_place"])
      expect(off.err).toContain(`"${kind}" is not known`);
    expect((await maestro(place, "plugins", "enable", "kit")).code).toBe(0);
    expect((await maestro(place, "workflow", "validate")).code).toBe(0);
    expect((await maestro(place, "plugins", "remove", "kit")).out).toBe("kit 1.1.0 is removed.\n");
    expect((await failing(place, "workflow", "validate")).err).toContain('"kit_forge" is not known');
    expect((await failing(place, "plugins", "remove", "kit")).err).toContain("is not installed in this project");
  });
});

describe("the todo.txt plugin that comes with Maestro", () => {
  it("gives the part of a template, and issues from lines, and takes both away when it is off", async () => {
    const place = await newPlace();
    const alias = "todo_txt/no_repo/mock";
    expect((await failing(place, "--dry-run", "--template", alias)).err).toContain('no tracker is called "todo_txt"');
    expect((await maestro(place, "plugins", "install", "todo-txt", "--consent")).code).toBe(0);
    await writeFiles(place.cwd, { "todo.txt": "(A) Call the plumber @home state:intake\n" });
    const { out } = await maestro(place, "--dry-run", "--template", alias);
    expect(out).toContain("Call the plumber");
    expect((await maestro(place, "init", "--template", alias)).code).toBe(0);
    expect(await readFile(join(place.cwd, "WORKFLOW.md"), "utf8")).toContain("kind: todo_txt");
    expect((await maestro(place, "plugins", "disable", "todo-txt")).code).toBe(0);
    expect((await failing(place, "workflow", "validate")).err).toContain('"todo_txt" is not known');
    expect((await failing(place, "--dry-run", "--template", alias)).err).toContain('no tracker is called "todo_txt"');
  });
});
