import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type AgentName, programOf } from "../../../dev/agents/places.ts";
import { type FakeModel, startFakeModel } from "../../../dev/fakes/models/fake-model.ts";
import { git, newPlace, processesOf, writeFiles } from "../../e2e/ground.ts";
import { document, maestro, type Place, startMaestro } from "../../e2e/program.ts";
import { realAgent } from "../bench.ts";
import { solve, type ToolNames } from "./solutions.ts";

/** One agent in the demo: the program that its template starts, and what it needs to find the model. */
interface Case extends ToolNames {
  readonly kind: string;
  readonly program: AgentName;
  readonly prepare: (model: FakeModel, place: Place) => Promise<Readonly<Record<string, string>>>;
}

const CASES: readonly Case[] = [
  {
    ...{ kind: "codex", program: "codex", shell: "exec_command", line: "cmd", tools: "", namespace: "mcp__maestro" },
    prepare: async ({ url }, place) => {
      const provider = `base_url = "${url}/v1"\nwire_api = "responses"\nexperimental_bearer_token = "fake-key"\nsupports_websockets = false`;
      const text = `model = "fake-model"\nmodel_provider = "fake"\n[model_providers.fake]\nname = "Fake"\n${provider}\n`;
      await writeFiles(join(place.home, "agents/codex/default"), { "config.toml": text });
      return {};
    },
  },
  {
    ...{ kind: "claude_code", program: "claude", shell: "Bash", tools: "mcp__maestro__" },
    prepare: async ({ url }) => ({ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: "fake-key" }),
  },
  {
    ...{ kind: "opencode", program: "opencode", shell: "bash", tools: "maestro_" },
    prepare: async ({ url }, place) => {
      const models = { "fake-model": { name: "Fake", tool_call: true, limit: { context: 200_000, output: 8_000 } } };
      const options = { baseURL: `${url}/v1`, apiKey: "fake-key" };
      const fake = { npm: "@ai-sdk/openai-compatible", name: "Fake", options, models };
      const config = { model: "fake/fake-model", small_model: "fake/fake-model", enabled_providers: ["fake"] };
      const text = JSON.stringify({ ...config, provider: { fake } });
      await writeFiles(join(place.home, "agents/opencode/default/config/opencode"), { "opencode.json": text });
      return {};
    },
  },
];

let model: FakeModel | null = null;
afterEach(async () => {
  await model?.close();
  model = null;
});

interface Changes {
  readonly changes: readonly { readonly id: string; readonly title: string; readonly state: string }[];
}

describe.each(CASES)("the demo with $kind, the real one", ({ kind, program, prepare, ...names }) => {
  it.skipIf(realAgent(program) === null)("takes three issues to the merge", { timeout: 300_000 }, async () => {
    model = await startFakeModel({
      script: (request) => (request.tools.includes(names.shell) ? solve(request, names) : [{ text: "A title" }]),
    });
    const ground = await newPlace();
    const programs = join(ground.root, "programs");
    await mkdir(programs);
    await symlink(programOf(program) ?? "", join(programs, program));
    const env = { PATH: `${programs}:${process.env.PATH ?? ""}`, ...(await prepare(model, ground)) };
    const place = { ...ground, env };
    const template = ["--template", `local/local/${kind}`];
    const daemon = startMaestro(place, ...template);
    const state = (await daemon.line(/^ +state +(.+)$/))[1] ?? "";
    for (const issue of ["SHOP-1", "SHOP-2", "SHOP-3"]) {
      await daemon.line(new RegExp(`${issue} {2}waits for your review: `));
      const { changes } = await document<Changes>(place, "change", "list", "--json", ...template);
      const { id = "" } = changes.find(({ title }) => title.startsWith(issue)) ?? {};
      expect((await maestro(place, "change", "review", id, "--approve", ...template)).code).toBe(0);
      await daemon.line(new RegExp(`${issue} {2}finished: `));
    }
    const bare = join(state, "forge", "repository.git");
    const landed = git(bare, "log", "--first-parent", "--format=%s", "main").split("\n");
    for (const issue of ["SHOP-1", "SHOP-2", "SHOP-3"]) expect(landed.join("\n")).toContain(issue);
    expect(git(bare, "ls-tree", "-r", "--name-only", "main").split("\n").sort()).toEqual([
      "README.md",
      "package.json",
      "src/basket.js",
      "src/format.js",
      "src/shipping.js",
      "test/basket.test.js",
      "test/discount.test.js",
      "test/format.test.js",
      "test/shipping.test.js",
    ]);
    expect((await daemon.end("SIGTERM")).code).toBe(0);
    expect(processesOf(state)).toEqual([]);
  });
});
