import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadWorkflow, stateDirectoryOf, workflowIdOf } from "../../src/workflow/index.ts";
import { failureOf, LEAST, loadText, problemsOf, put, temporaryFolder, testKinds } from "./fixture.ts";

const HOME = "/home/of/maestro";

function loadFile(text: string) {
  const path = put(temporaryFolder(), "WORKFLOW.md", text);
  return loadWorkflow({ path, kinds: testKinds(), environment: {}, home: HOME });
}

describe("the file as such", () => {
  test("S-031 an unreadable file is missing_workflow_file", async () => {
    const folder = temporaryFolder();
    for (const path of [join(folder, "WORKFLOW.md"), folder]) {
      const failure = await failureOf(loadWorkflow({ path, kinds: testKinds(), environment: {}, home: HOME }));
      expect(failure).toMatchObject({ code: "missing_workflow_file", facts: { path } });
    }
  });

  const broken: [name: string, text: string, code: string, place: string][] = [
    ["S-034 a list", "---\n- a\n---\nhello", "workflow_front_matter_not_a_map", "WORKFLOW.md:2:1"],
    ["S-034 a text", "---\nhello\n---\n", "workflow_front_matter_not_a_map", "WORKFLOW.md:2:1"],
    ["S-035 no YAML", "---\na: [1\n---\n", "workflow_parse_error", "WORKFLOW.md:3:1"],
    ["S-035 a key twice", "---\na: 1\nb: 2\na: 3\n---\n", "workflow_parse_error", "WORKFLOW.md:4:1"],
    ["S-035 an unknown tag", "---\na: !!js/function 'x'\n---\n", "workflow_parse_error", "WORKFLOW.md:2:4"],
    ["G-14 front matter without an end", "---\na: 1\n", "workflow_parse_error", "WORKFLOW.md:1:1"],
    ["front matter that is a program", "---js\nprocess.exit(3)\n---\n", "workflow_parse_error", "WORKFLOW.md:1:4"],
  ];
  test.each(broken)("%s", async (_, text, code, place) => {
    const failure = await failureOf(loadFile(text));
    expect(failure.code).toBe(code);
    expect(failure.message.split(" ")[0]).toBe(place);
  });

  test("no front matter in any other language is run", async () => {
    const marker = "maestroWasHacked";
    for (const language of ["js", "javascript", "coffee", "json"]) {
      const failure = await failureOf(loadFile(`---${language}\nglobalThis.${marker} = 1\n---\nhello`));
      expect(failure.code).toBe("workflow_parse_error");
    }
    expect(marker in globalThis).toBe(false);
  });

  test("S-033 without front matter everything that is needed is missing, at the file's beginning", async () => {
    expect(await problemsOf(loadFile("Only a prompt."))).toEqual([
      "WORKFLOW.md:1:1 agent_provider.kind: is missing",
      "WORKFLOW.md:1:1 tracker.kind: is missing",
    ]);
  });

  test("G-14 a byte order mark and CRLF are fine, and places stay right", async () => {
    const text = `\uFEFF---\r\n${LEAST.replaceAll("\n", "\r\n")}\r\n---\r\n\r\nHello\r\n`;
    const workflow = await loadFile(text);
    expect(workflow.prompt).toBe("Hello");
    expect(workflow.promptSource?.line).toBe(7);
    const problems = await problemsOf(loadFile(text.replace("paper", "papyrus")));
    expect(problems[0]).toMatch(/^WORKFLOW.md:3:17 /);
  });

  test("S-036 the body is trimmed", async () => {
    const workflow = await loadText(LEAST, { body: "\n\n  Hello\n\n" });
    expect(workflow.prompt).toBe("Hello");
  });
});

describe("what is left out", () => {
  test("S-044…S-055 gets its default", async () => {
    const workflow = await loadText(LEAST);
    expect(workflow).toMatchObject({
      tracker: {
        requiredLabels: [],
        optOutLabel: "maestro:manual-only",
        needsAttentionLabel: "maestro:needs-attention",
      },
      repo: null,
      agentRuntime: { placement: "local", env: {}, pass: [] },
      agent: {
        maxConcurrentAgents: 10,
        maxConcurrentAgentsByState: {},
        maxTurns: 20,
        maxAttempts: 5,
        maxRetryBackoffMs: 300_000,
        startupTimeoutMs: 60_000,
        readTimeoutMs: 5_000,
        turnTimeoutMs: 3_600_000,
        stallTimeoutMs: 300_000,
        runTimeoutMs: 7_200_000,
        commandTimeoutMs: 1_800_000,
        firstOutputTimeoutMs: 240_000,
        turnTotalTimeoutMs: 5_400_000,
        maxSessionsWithoutProgress: 3,
      },
      validation: { commands: [], timeoutMs: 600_000 },
      polling: { intervalMs: 30_000 },
      workspace: {
        root: join(stateDirectoryOf(HOME, workflow.id), "workspaces"),
        strategy: "worktree",
        minFreeBytes: 500 * 1024 * 1024,
      },
      hooks: { afterCreate: null, beforeRun: null, afterRun: null, beforeRemove: null, timeoutMs: 60_000, env: {} },
      server: { port: null, host: "127.0.0.1" },
      observability: {
        level: "info",
        format: null,
        fileEnabled: true,
        fileMaxBytes: 10 * 1024 * 1024,
        fileKeep: 9,
        consoleEnabled: null,
      },
    });
  });

  test("an empty value counts as left out", async () => {
    const workflow = await loadText(`${LEAST}\npolling:\n  interval_ms:\nhooks:\n`);
    expect(workflow.polling.intervalMs).toBe(30_000);
  });

  test("S-058 an empty body takes the profile's prompt", async () => {
    const workflow = await loadText(LEAST, { body: "\n" });
    expect(workflow.prompt).toBe(workflow.profile.prompt);
    expect(workflow.promptSource?.path).toMatch(/profiles\/triage\.md$/);
  });
});

describe("what is written", () => {
  test("S-052 state limits are normalised and invalid ones ignored", async () => {
    const limits = "{' In Progress ': 2, Todo: 0, Review: -1, Rework: many, Done: 1.5, '': 3}";
    const workflow = await loadText(`${LEAST}\nagent: {max_concurrent_agents_by_state: ${limits}}`);
    expect(workflow.agent.maxConcurrentAgentsByState).toEqual({ "in progress": 2 });
  });

  test("S-055 a stall timeout may be switched off", async () => {
    for (const stall of [0, -5]) {
      const workflow = await loadText(`${LEAST}\nagent: {stall_timeout_ms: ${stall}}`);
      expect(workflow.agent.stallTimeoutMs).toBe(stall);
    }
  });

  test("the older spelling of limits counts", async () => {
    const execution =
      "{max_concurrent_agents: 3, max_turns: 4, max_retry_backoff_ms: 5, max_concurrent_agents_by_state: {A: 1}}";
    const workflow = await loadText(`${LEAST}\nagent: {execution: ${execution}}`);
    expect(workflow.agent).toMatchObject({
      maxConcurrentAgents: 3,
      maxTurns: 4,
      maxRetryBackoffMs: 5,
      maxConcurrentAgentsByState: { a: 1 },
    });
  });

  test("S-044 required labels are normalised; a blank one stays and matches nothing", async () => {
    const yaml = LEAST.replace(
      "kind: paper",
      "kind: paper, required_labels: [' Bug ', bug, ' '], opt_out_label: ' Mine '",
    );
    const { tracker } = await loadText(yaml);
    expect(tracker).toMatchObject({ requiredLabels: ["bug", ""], optOutLabel: "mine" });
  });

  test("S-038 keys that begin with x- are free everywhere", async () => {
    const workflow = await loadText(`${LEAST}\nx-team: {a: [1]}\nagent: {x-note: hello, execution: {x-more: 1}}`);
    expect(workflow.agent.maxTurns).toBe(20);
  });

  test("S-072 scripts and commands stay as they are", async () => {
    const yaml = `${LEAST}\nhooks: {after_create: $HOME, env: {A: $NAME}}\nvalidation: {commands: [$HOME/test]}\nagent_runtime: {env: {B: '\${NAME}', C: a$NAME}}`;
    const workflow = await loadText(yaml, { environment: { HOME: "/h", NAME: "value" } });
    expect(workflow.hooks).toMatchObject({ afterCreate: "$HOME", env: { A: "value" } });
    expect(workflow.validation.commands).toEqual(["$HOME/test"]);
    expect(workflow.agentRuntime.env).toEqual({ B: "value", C: "a$NAME" });
  });

  test("the hash follows the text, the profile and what was resolved, and nothing else", async () => {
    const directory = temporaryFolder();
    const yaml = `${LEAST}\nhooks: {env: {A: $NAME}}`;
    const hash = async (text: string, name: string) =>
      (await loadText(text, { directory, environment: { NAME: name, OTHER: name } })).hash;
    const first = await hash(yaml, "1");
    expect(await hash(yaml, "1")).toBe(first);
    expect(await hash(yaml, "2")).not.toBe(first);
    expect(await hash(`${yaml} # a comment`, "1")).not.toBe(first);
    put(directory, ".maestro/profiles/triage.md", await profileText());
    expect(await hash(yaml, "1")).not.toBe(first);
  });
});

async function profileText(): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  const { packagedFolder } = await import("../../src/workflow/index.ts");
  return `${await readFile(join(packagedFolder("profiles"), "triage.md"), "utf8")}\nOne more line.\n`;
}

describe("a workflow's id", () => {
  test("names the folder and hashes the real path", () => {
    const folder = temporaryFolder();
    const path = put(folder, "My Project/WORKFLOW.md", "x");
    const id = workflowIdOf(path);
    expect(id).toMatch(/^my-project-[0-9a-f]{8}$/);
    symlinkSync(join(folder, "My Project"), join(folder, "link"));
    expect(workflowIdOf(join(folder, "link/WORKFLOW.md"))).toBe(id);
    expect(workflowIdOf(path, join(folder, "link"))).toBe(id);
    expect(workflowIdOf(put(folder, "My Project/OTHER.md", "x"))).not.toBe(id);
    expect(workflowIdOf(path, folder)).not.toBe(id);
  });
});
