import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { splitFrontMatter } from "../../src/base/front-matter.ts";
import type { JsonObject } from "../../src/base/json.ts";
import { exported } from "../e2e/documents.ts";
import { newPlace, writeFiles } from "../e2e/ground.ts";
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
