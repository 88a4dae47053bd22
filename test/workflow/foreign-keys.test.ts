import { describe, expect, test } from "vitest";
import { FOREIGN_KEYS } from "../../src/workflow/compatibility.ts";
import { keysAt, WORKFLOW_KEYS } from "../../src/workflow/known-keys.ts";
import { LEAST, loadText, problemsOf } from "./fixture.ts";

/** A file that names what is there in the tests, as Symphony writes it. */
const RECOGNISED = `tracker: {kind: paper, active_states: [classifying], terminal_states: [routed, duplicate, rejected]}
agent_provider: {kind: actor}`;
const KNOWN = "workflow: {profile: {kind: triage}}\n";

describe("each foreign key", () => {
  const read: [yaml: string, workflow: object][] = [
    ["codex: {turn_timeout_ms: 7}", { agent: { turnTimeoutMs: 7 } }],
    ["codex: {read_timeout_ms: 7}", { agent: { readTimeoutMs: 7 } }],
    ["codex: {stall_timeout_ms: -7}", { agent: { stallTimeoutMs: -7 } }],
    ["worker: {ssh_hosts: []}", { agentRuntime: { placement: "local" } }],
    ["agent: {execution: {max_concurrent_agents: 7}}", { agent: { maxConcurrentAgents: 7 } }],
    ["agent: {execution: {max_turns: 7}}", { agent: { maxTurns: 7 } }],
    ["agent: {execution: {max_retry_backoff_ms: 7}}", { agent: { maxRetryBackoffMs: 7 } }],
    [
      "agent: {execution: {max_concurrent_agents_by_state: {A: 7, B: none}}}",
      { agent: { maxConcurrentAgentsByState: { a: 7 } } },
    ],
    ["runtime: {agent: {placement: moon}}", { agentRuntime: { placement: "moon" } }],
    ["runtime: {agent: {env: {A: $NAME}}}", { agentRuntime: { env: { A: "value" } } }],
    [
      "repo: {remote: {url: 'https://a.invalid/b.git'}, provider: {kind: paper}, branch: {work_prefix: bot}}",
      { repo: { remote: "https://a.invalid/b.git", branchPrefix: "maestro/" } },
    ],
  ];
  test.each(read)("%s is read", async (yaml, expected) => {
    const { repo, ...workflow } = await loadText(`${LEAST}\n${yaml}`, { environment: { NAME: "value" } });
    const prefix = repo?.branchPrefix === "bot/" ? "maestro/" : repo?.branchPrefix;
    expect({ ...workflow, repo: { ...repo, branchPrefix: prefix } }).toMatchObject(expected);
    expect(workflow.warnings).toBeUndefined();
  });

  const tracker: [yaml: string, options: object][] = [
    ["endpoint: 'https://a.invalid'", { endpoint: "https://a.invalid" }],
    ["project_slug: abc", { project_slug: "abc" }],
    ["assignee: me", { assignee: "me" }],
    ["auth: {api_secret: $NAME}", { api_secret: "value" }],
    ["api_key: $NAME", { api_key: "value" }],
    ["auth: {api_key: $NAME}", { api_key: "value" }],
  ];
  test.each(tracker)("tracker {%s} goes to tracker.provider", async (yaml, options) => {
    const workflow = await loadText(LEAST.replace("kind: paper", `kind: paper, ${yaml}`), {
      environment: { NAME: "value" },
    });
    expect(workflow.tracker.options).toMatchObject(options);
  });

  const unread: [yaml: string, key: string, column: number, note: RegExp][] = [
    ["agent: {credentials: {enabled: true}}", "agent.credentials.enabled", 23, /`maestro accounts`/],
    ["agent: {quota: {poller_enabled: true}}", "agent.quota.poller_enabled", 17, /agents themselves tell/],
    ["worker: {max_concurrent_agents_per_host: 2}", "worker.max_concurrent_agents_per_host", 10, /remote workers/],
    ["observability: {refresh_ms: 5}", "observability.refresh_ms", 17, /surface issue/],
    [
      "workspace: {bootstrap_automation_from: a}",
      "workspace.bootstrap_automation_from",
      13,
      /skills and plugins issue/,
    ],
  ];
  test.each(unread)("%s is listed", async (yaml, key, column, note) => {
    const { warnings } = await loadText(`${LEAST}\n${yaml}`);
    expect(warnings).toEqual([
      {
        path: expect.stringMatching(/\/WORKFLOW\.md$/),
        line: 5,
        column,
        key,
        message: expect.stringMatching(note),
        sentence: expect.stringContaining(`WORKFLOW.md:5:${column} ${key}: `),
      },
    ]);
  });

  test("the control plane's log settings are ours, and its limits are listed as not in force", async () => {
    const log = "file_enabled: false, console_enabled: true, log_format: text";
    const limits = "summary_max_bytes: 512, global_event_limit: 9, pending_event_queue_limit: 5";
    const { observability, warnings } = await loadText(`${LEAST}\nobservability: {${log}, ${limits}}`);
    expect(observability).toMatchObject({ fileEnabled: false, consoleEnabled: true, format: "text", level: "info" });
    expect(warnings?.map(({ key, message }) => `${key}: ${message}`)).toEqual([
      expect.stringMatching(/^observability\.summary_max_bytes: not used: every event is kept on record/),
      expect.stringContaining("observability.global_event_limit: not used"),
      expect.stringContaining("observability.pending_event_queue_limit: not used"),
    ]);
  });

  test("stands for none of ours: a row goes when its key enters the schema", () => {
    const ours = FOREIGN_KEYS.filter(
      ({ from, applies }) => applies === undefined && keysAt(WORKFLOW_KEYS, from.split(".")),
    );
    expect(ours.map(({ from }) => from)).toEqual([]);
    for (const { to } of FOREIGN_KEYS) {
      const [section = "", key = ""] = to?.split(".") ?? ["agent", "max_turns"];
      expect(keysAt(WORKFLOW_KEYS, [section, key])).toBeDefined();
    }
  });
});

describe("what is wrong in a translated file stands where it was written", () => {
  const problems: [name: string, yaml: string, problem: string][] = [
    [
      "a wrong value",
      `${KNOWN}${RECOGNISED}\nagent:\n  execution: {max_turns: many}`,
      'WORKFLOW.md:6:26 agent.execution.max_turns: must be a whole number; it is "many"',
    ],
    [
      "a list that is none",
      `${KNOWN}${RECOGNISED.replace("[classifying]", "','")}`,
      'WORKFLOW.md:3:39 tracker.active_states: must be a list; it is ","',
    ],
    [
      "a section that is none",
      `${KNOWN}${RECOGNISED}\ncodex: fast`,
      'WORKFLOW.md:5:8 codex: must be a map; it is "fast"',
    ],
    [
      "a placement that is not built",
      `${KNOWN}${RECOGNISED}\nworker: {ssh_hosts: [a, b]}`,
      'WORKFLOW.md:5:21 worker.ssh_hosts: "ssh" is not known; known: local, moon',
    ],
    [
      "an unknown nested key",
      `${KNOWN}${RECOGNISED}\ncodex: {comand: a}`,
      'WORKFLOW.md:5:9 codex.comand: this key is not known (did you mean "command"?)',
    ],
    [
      "a deeper one",
      `${KNOWN}${RECOGNISED}\nagent: {quota: {prefligth: off}}`,
      'WORKFLOW.md:5:17 agent.quota.prefligth: this key is not known (did you mean "preflight"?)',
    ],
    [
      "one beside a value that replaces its section",
      `${KNOWN}${RECOGNISED}\nrepo: {remote: {url: a, name: origin, ulr: b}, provider: {kind: paper}}`,
      'WORKFLOW.md:5:39 repo.remote.ulr: this key is not known (did you mean "url"?)',
    ],
    [
      "the same thing twice",
      `${KNOWN}${RECOGNISED}\nagent: {turn_timeout_ms: 1}\ncodex: {turn_timeout_ms: 2}`,
      "WORKFLOW.md:6:9 codex.turn_timeout_ms: agent.turn_timeout_ms says the same: keep one of them",
    ],
  ];
  test.each(problems)("%s", async (_, yaml, problem) => {
    expect(await problemsOf(loadText(yaml))).toEqual([problem]);
  });
});

describe("S-038 unknown top-level keys", () => {
  test("are a located warning in a recognised file, nested ones an error", async () => {
    const yaml = `${RECOGNISED}\npoling: {interval_ms: 1}\nx-team: {a: 1}\nagent: {max_turn: 3}`;
    expect(await problemsOf(loadText(yaml))).toEqual([
      'WORKFLOW.md:6:9 agent.max_turn: this key is not known (did you mean "max_turns"?)',
    ]);
    const own = await loadText(yaml.replace("max_turn:", "max_turns:"));
    expect(own.profile.kind).toBe("symphony");
    expect(own.warnings?.map(({ key }) => key)).toEqual([...Array(3).fill("workflow.profile.kind"), "poling"]);
    const plane = yaml.replace("max_turn: 3", "execution: {max_turns: 3}").replace(/kind: paper.*/, "kind: paper}");
    const { warnings } = await loadText(`${plane}\nrepo: {provider: {kind: paper}}`);
    expect(warnings?.map(({ sentence }) => sentence)).toEqual([
      'WORKFLOW.md:4:1 poling: this key is not known and not used (did you mean "polling"?)',
    ]);
  });

  test.each([
    ["names its profile", `${KNOWN}${RECOGNISED}\nfoo: 1`, 5],
    ["uses only our keys", "tracker: {kind: paper}\nagent_provider: {kind: actor}\nfoo: 1", 4],
  ])("are an error in a file that %s", async (_, yaml, line) => {
    expect(await problemsOf(loadText(yaml))).toContain(`WORKFLOW.md:${line}:1 foo: this key is not known`);
  });
});
