import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { splitFrontMatter } from "../../src/base/front-matter.ts";
import type { JsonObject } from "../../src/base/json.ts";
import { exported } from "../e2e/documents.ts";
import { git, newPlace, writeFiles } from "../e2e/ground.ts";
import { maestro, type Place, startMaestro } from "../e2e/program.ts";

interface Journey {
  readonly profile: string;
  readonly begin: string;
  readonly route: string;
  /** A route of the profile that no result may name. */
  readonly forbidden: string;
  readonly result: JsonObject;
  /** What the file of the issue says in the end. */
  readonly front: JsonObject;
  /** What the one comment says. */
  readonly words: readonly string[];
}

const JOURNEYS: readonly Journey[] = [
  {
    profile: "triage",
    begin: "intake",
    route: "duplicate",
    forbidden: "classifying",
    result: {
      type: "bug",
      priority: 2,
      risk: "high",
      owner: "alice",
      duplicates: ["ISS-1"],
      rationale: "The same words as in ISS-1.",
    },
    front: { priority: 2, assignee: "alice", labels: ["kept", "type:bug", "risk:high"], duplicate_of: ["ISS-1"] },
    words: ["Type: bug", "Owner: alice", "Says the same as", "The same words as in ISS-1."],
  },
  {
    profile: "requirement_analysis",
    begin: "intake",
    route: "needs_info",
    forbidden: "analyzing",
    result: {
      scope: "The export alone.",
      risks: [{ text: "Large reports take long.", severity: "medium" }],
      impact: "A button more.",
      assumptions: ["Only the monthly report is meant."],
      questions: [{ text: "Which format?", blocking: true }],
      acceptance_criteria: ["A file with all rows is there."],
      tasks: [{ title: "Write the file" }],
    },
    front: { labels: ["kept"] },
    words: ["Scope", "medium: Large reports take long.", "Which format? (nothing begins without the answer)"],
  },
  {
    profile: "requirement_refinement",
    begin: "draft",
    route: "ready",
    forbidden: "draft",
    result: {
      questions: [],
      blockers: [],
      assumptions: [],
      goals: ["People take the report out."],
      non_goals: ["No other report."],
      acceptance_criteria: ["A file with all rows is there."],
    },
    front: { labels: ["kept"] },
    words: ["Goals", "Not goals", "No other report."],
  },
  {
    profile: "review_routing",
    begin: "pending_review",
    route: "assigned",
    forbidden: "routing",
    result: {
      reviewers: [{ name: "carol", reason: "wrote the export" }],
      risk_tags: ["data-loss"],
      checklist: ["What happens to open files?"],
      destination: null,
      rationale: "Few people know the export.",
    },
    front: { assignee: "carol", labels: ["kept", "risk:data-loss"] },
    words: ["carol: wrote the export", "What happens to open files?"],
  },
];

/** The template of a profile, with an agent that answers in a wrong form, then with a wrong route, then rightly. */
async function begin(place: Place, journey: Journey): Promise<string> {
  const words = ["init", "--template", "local/no_repo/mock", "--profile", journey.profile];
  expect(await maestro(place, ...words)).toMatchObject({ code: 0 });
  const path = join(place.cwd, "WORKFLOW.md");
  const { data, body } = splitFrontMatter(await readFile(path, "utf8"));
  const deliver = (route: string, result: JsonObject) => ({
    do: "call",
    tool: "run_result",
    arguments: { route, summary: "All looked at.", result },
  });
  const run = [
    deliver(journey.route, { ...journey.result, surprise: 1 }),
    deliver(journey.forbidden, journey.result),
    deliver(journey.route, journey.result),
    { do: "call", tool: "run_finalize", arguments: { path: "result" } },
  ];
  const agent = { kind: "mock", options: { scripts: { default: { runs: [run] } } } };
  const front = {
    ...Object(data),
    agent_provider: agent,
    polling: { interval_ms: 500 },
    workspace: { min_free_bytes: 1 },
  };
  await writeFile(path, `---\n${JSON.stringify(front)}\n---\n${body}`);
  await writeFiles(place.cwd, {
    ".maestro/issues/ISS-1.md": "---\ntitle: Export of reports\nstate: somewhere\n---\n",
    ".maestro/issues/ISS-2.md": `---\ntitle: Export the report\nstate: ${journey.begin}\nlabels: [kept]\n---\nAs a file.\n`,
  });
  return join(place.cwd, ".maestro/issues/ISS-2.md");
}

describe("a profile without changes of code, from its template to the tracker", () => {
  it.each(JOURNEYS)("$profile: wrong answers are refused, the right one is written", async (journey) => {
    const place = await newPlace();
    const file = await begin(place, journey);
    const daemon = startMaestro(place);
    await daemon.line(/ISS-2 {2}.*finished/);
    expect(await daemon.end("SIGTERM")).toMatchObject({ code: 0, err: "" });
    const events = await exported(place);
    const calls = events.filter(({ type }) => type === "tool_called").map(({ data }) => `${data.tool} ${data.code}`);
    expect(calls).toEqual(["run_result invalid_arguments", "run_result refused", "run_result ok", "run_finalize ok"]);
    const text = await readFile(file, "utf8");
    const { data, body } = splitFrontMatter(text);
    expect(data).toMatchObject({ ...journey.front, state: journey.route });
    expect(body.match(/topic=/g)).toHaveLength(1);
    expect(body).toContain("topic=result");
    for (const words of ["All looked at.", ...journey.words]) expect(body).toContain(words);
    const policies = events.filter(({ type }) => type === "work_enqueued").map(({ data: { policy } }) => policy);
    expect(policies[0]).toMatchObject({
      profile: { kind: journey.profile, hash: expect.stringMatching(/^[0-9a-f]{16}$/) },
    });
    expect((await maestro(place, "record", "verify")).code).toBe(0);
  });
});

const WITHOUT_GUARDRAILS = "--i-understand-that-this-will-be-running-without-the-usual-guardrails";

describe("a file of Symphony's shape, under the packaged profile symphony", () => {
  it("is refused without the long flag; with it the tracker's state alone decides, to a merged change", async () => {
    const place = await newPlace();
    const remote = join(place.root, "remote.git");
    git(place.root, "init", "--quiet", "--bare", "--initial-branch=main", remote);
    const seed = join(place.root, "seed");
    git(place.root, "clone", "--quiet", remote, seed);
    await writeFiles(seed, { "README.md": "A project.\n" });
    git(seed, "add", ".");
    git(seed, "commit", "--quiet", "--message=Begin");
    git(seed, "push", "--quiet", "origin", "HEAD:main");
    const issue = join(place.cwd, ".maestro/issues/ISS-1.md");
    const state = (from: string, to: string) =>
      `sed -i.bak 's/^state: ${from}$/state: ${to}/' ${issue} && rm ${issue}.bak`;
    const who = "git -c user.name=Agent -c user.email=agent@example.invalid";
    const runs = [
      [
        { do: "run", command: state("Todo", "In Progress") },
        { do: "run", command: `git checkout -q -b work && echo more >> README.md && ${who} commit -qam More` },
        { do: "run", command: `printenv TEAM_SETTING > seen; printenv BOARD_KEY >> seen; git push -q origin work` },
        { do: "run", command: state("In Progress", "Human Review") },
      ],
      [
        { do: "run", command: "git push -q origin work:main" },
        { do: "run", command: state("Merging", "Done") },
      ],
    ];
    const front = {
      tracker: {
        kind: "local",
        active_states: ["Todo", "In Progress", "Merging", "Rework"],
        terminal_states: ["Closed", "Cancelled", "Canceled", "Duplicate", "Done"],
      },
      polling: { interval_ms: 500 },
      workspace: { min_free_bytes: 1 },
      hooks: {
        after_create: `git clone -q ${remote} .`,
        before_remove: `git log -1 --format=%s > ${place.root}/removed; cat seen > ${place.root}/seen`,
      },
      agent: { max_concurrent_agents: 10, max_turns: 1 },
      agent_provider: { kind: "mock", options: { scripts: { default: { runs } } } },
    };
    await writeFiles(place.cwd, {
      "WORKFLOW.md": `---\n${JSON.stringify(front)}\n---\nWork on {{ issue.identifier }}.\n`,
      ".maestro/issues/ISS-1.md": "---\ntitle: Say more\nstate: Todo\n---\n",
    });
    const refused = await maestro(place, "--once");
    expect([refused.code, refused.out.trim()]).toEqual([2, ""]);
    expect(refused.err).toContain("runs without the usual guardrails");
    const seeing = { ...place, env: { TEAM_SETTING: "blue" } };
    const daemon = startMaestro(seeing, WITHOUT_GUARDRAILS);
    await daemon.line(/warning {3}WORKFLOW\.md:.*not enforced: The tracker's state alone decides/);
    await vi.waitFor(async () => expect(await readFile(issue, "utf8")).toContain("state: Human Review"), 30_000);
    const status = JSON.parse((await maestro(place, "status", "--json")).out);
    expect(status.workflow.warnings).toHaveLength(3);
    expect((await maestro(place, "doctor")).out).toContain("not enforced: No gate stands before review");
    await maestro(place, "issue", "move", "ISS-1", "Merging");
    await daemon.line(/ISS-1 {2}.*finished/);
    expect(await daemon.end("SIGTERM")).toMatchObject({ code: 0 });
    expect(git(remote, "log", "-1", "--format=%s", "main")).toBe("More");
    expect(await readFile(join(place.root, "removed"), "utf8")).toBe("More\n");
    expect(await readFile(join(place.root, "seen"), "utf8")).toBe("blue\n");
    const events = await exported(place);
    expect(events.filter(({ type }) => ["signal_recorded", "hand_off_accepted", "tool_called"].includes(type))).toEqual(
      [],
    );
  });
});
