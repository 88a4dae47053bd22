import { mkdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type AgentName, programOf } from "../../dev/agents/places.ts";
import { type FakeModel, startFakeModel } from "../../dev/fakes/models/fake-model.ts";
import type { ModelRequest, ModelStep } from "../../dev/fakes/models/script.ts";
import { git, newPlace, writeFiles } from "../e2e/ground.ts";
import { maestro, type Place, startMaestro } from "../e2e/program.ts";
import { realAgent } from "./bench.ts";

interface Case {
  readonly kind: string;
  readonly program: AgentName;
  /** Its shell, and a call of it. */
  readonly shell: string;
  readonly call: (command: string) => ModelStep;
  readonly tool: (name: string, args: object) => ModelStep;
  /** Where it finds skills by itself. */
  readonly folder: string;
  readonly prepare: (url: string, place: Place) => Promise<Readonly<Record<string, string>>>;
}

const CASES: readonly Case[] = [
  {
    ...{ kind: "codex", program: "codex", shell: "exec_command", folder: ".agents/skills" },
    call: (cmd) => ({ tool: "exec_command", args: { cmd } }),
    tool: (tool, args) => ({ tool, args, namespace: "mcp__maestro" }),
    prepare: async (url, place) => {
      const provider = `base_url = "${url}/v1"\nwire_api = "responses"\nexperimental_bearer_token = "fake-key"\nsupports_websockets = false`;
      const text = `model = "fake-model"\nmodel_provider = "fake"\n[model_providers.fake]\nname = "Fake"\n${provider}\n`;
      await writeFiles(join(place.home, "agents/codex/default"), { "config.toml": text });
      return {};
    },
  },
  {
    ...{ kind: "claude_code", program: "claude", shell: "Bash", folder: ".claude/skills" },
    call: (command) => ({ tool: "Bash", args: { command, description: "looks" } }),
    tool: (name, args) => ({ tool: `mcp__maestro__${name}`, args }),
    prepare: async (url) => ({ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: "fake-key" }),
  },
];

const skill = (name: string, word: string): string =>
  `---\nname: ${name}\ndescription: Says ${word}. Use when somebody asks for ${word}.\n---\n\n# ${name}\n\nSay ${word}.\n`;

let model: FakeModel | null = null;
afterEach(async () => {
  await model?.close();
  model = null;
});

/** A repository that has one skill itself, a project that has two of that name and one more, a user with three. */
async function ground(kind: string) {
  const place = await newPlace();
  const profile = await readFile("profiles/coding_pr_delivery.md", "utf8");
  const parts = ["issue", "work", "hand-off", "caution"];
  const texts = await Promise.all(
    parts.map(async (name) => [
      `.maestro/profiles/taught/${name}.md`,
      await readFile(`profiles/coding_pr_delivery/${name}.md`, "utf8"),
    ]),
  );
  expect((await maestro(place, "init", "--template", `local/local/${kind}`)).code).toBe(0);
  const workflow = await readFile(join(place.cwd, "WORKFLOW.md"), "utf8");
  await writeFiles(place.cwd, {
    "WORKFLOW.md": workflow
      .replace(/kind: coding_pr_delivery/, "kind: taught")
      .replace("---\n", '---\nskills: [commit, handoff, workpad, "kit:greet"]\n'),
    ".maestro/profiles/taught.md": profile
      .replace("kind: coding_pr_delivery", "kind: taught")
      .replace("completion:\n", "skills: [debug]\ncompletion:\n"),
    ...Object.fromEntries(texts),
    // The workspace's own comes first, then the project's, then the user's, then what comes with Maestro.
    ".agents/skills/commit/SKILL.md": skill("commit", "WORKSPACE-COMMIT"),
    ".maestro/skills/commit/SKILL.md": skill("commit", "PROJECT-COMMIT"),
    ".maestro/skills/handoff/SKILL.md": skill("handoff", "PROJECT-HANDOFF"),
    ".maestro/issues/README.md": "Issues.\n",
    ".gitignore": ".maestro/\n",
  });
  await writeFiles(place.home, {
    "skills/handoff/SKILL.md": skill("handoff", "USER-HANDOFF"),
    "skills/workpad/SKILL.md": skill("workpad", "USER-WORKPAD"),
  });
  const kit = join(place.root, "kit");
  const $schema = "https://agent-plugins.org/schemas/1.0.0/plugin.schema.json";
  await writeFiles(kit, {
    "plugin.json": JSON.stringify({ $schema, name: "kit", version: "1.0.0" }),
    "skills/greet/SKILL.md": skill("greet", "PLUGIN-GREET"),
  });
  expect((await maestro(place, "plugins", "install", kit)).code).toBe(0);
  git(place.cwd, "init", "--quiet", "--initial-branch=main");
  git(place.cwd, "add", "--all");
  git(place.cwd, "commit", "--quiet", "-m", "Begin");
  return place;
}

const SHOWN = ["WORKSPACE-COMMIT", "PROJECT-HANDOFF", "USER-WORKPAD", "PLUGIN-GREET", "Find the cause of a failure"];
const HIDDEN = ["PROJECT-COMMIT", "USER-HANDOFF"];

describe.each(CASES)(
  "skills in a workspace of $kind, the real one",
  ({ kind, program, shell, call, tool, folder, prepare }) => {
    it.skipIf(realAgent(program) === null)(
      "are found by the agent, the nearest first, and stay out of the change",
      async () => {
        const steps = (look: string): readonly ModelStep[] => [
          call(`cat ${look}/kit-greet/SKILL.md; git status --porcelain; echo done > done.txt`),
          tool("repo_commit", { message: "Say that it is done" }),
          tool("run_handoff", { summary: "Done." }),
          tool("run_finalize", { path: "hand_off" }),
        ];
        const asked: ModelRequest[] = [];
        model = await startFakeModel({
          script: (request) => {
            if (!request.tools.includes(shell)) return [{ text: "A title" }];
            asked.push(request);
            const step = steps(folder)[request.outcomes.length];
            return step === undefined ? [{ text: "That was all." }] : [step];
          },
        });
        const begun = await ground(kind);
        const programs = join(begun.root, "programs");
        await mkdir(programs);
        await symlink(programOf(program) ?? "", join(programs, program));
        const place = {
          ...begun,
          env: { PATH: `${programs}:${process.env.PATH ?? ""}`, ...(await prepare(model.url, begun)) },
        };
        expect((await maestro(place, "issue", "new", "Say it")).code).toBe(0);
        const service = startMaestro(place);
        const state = (await service.line(/^ +state +(.+)$/))[1] ?? "";
        await service.line(/ISS-1 {2}waits for your review: /);
        expect((await service.end("SIGTERM")).code).toBe(0);

        const first = asked[0]?.everything ?? "";
        for (const word of SHOWN) expect(first).toContain(word);
        for (const word of HIDDEN) expect(first).not.toContain(word);
        const [read] = asked[1]?.outcomes ?? [];
        expect(read?.text).toContain("name: kit-greet");
        // Git has nothing to tell of them.
        expect(read?.text).not.toMatch(/\?\?|\.agents\/|\.claude\//);
        const changed = git(join(state, "forge/repository.git"), "diff", "--name-only", "main", "maestro/iss-1");
        expect(changed).toBe("done.txt");
      },
      120_000,
    );
  },
);
