import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exported, type Status } from "./documents.ts";
import { newPlace, writeFiles } from "./ground.ts";
import { document, maestro, startMaestro } from "./program.ts";

const ask = (question: string) => [{ do: "call", tool: "run_ask", arguments: { question, options: ["red", "blue"] } }];
const DONE = [
  {
    do: "call",
    tool: "run_result",
    arguments: {
      summary: "Painted.",
      route: "routed",
      result: { type: "task", priority: null, risk: "low", owner: null, rationale: "As it was asked for." },
    },
  },
  { do: "call", tool: "run_finalize", arguments: { path: "result" } },
];

const FRONT = {
  workflow: { profile: { kind: "triage" } },
  tracker: {
    kind: "local",
    lifecycle: {
      active_states: ["intake", "classifying"],
      terminal_states: ["routed", "duplicate", "rejected"],
      state_phase_map: { intake: "todo", classifying: "in_progress", needs_info: "human_review" },
    },
  },
  agent_provider: {
    kind: "mock",
    options: { scripts: { default: { runs: [ask("Which colour?"), ask("How dark?"), DONE] } } },
  },
};

test("an agent asks twice: a comment and a command answer it, and each answer starts the next run in the same session", async () => {
  const place = await newPlace();
  await mkdir(join(place.cwd, ".maestro/issues"), { recursive: true });
  await writeFiles(place.cwd, { "WORKFLOW.md": `---\n${JSON.stringify(FRONT)}\n---\nPaint {{ issue.title }}.\n` });
  const made = await maestro(place, "issue", "new", "The fence", "--state", "intake", "--json");
  const { identifier } = JSON.parse(made.out).issue;
  const daemon = startMaestro(place);
  await daemon.line(/parked: The agent asks: Which colour\?/);
  expect((await maestro(place, "status")).out).toContain("The agent asks: Which colour?");
  const { counts, waiting } = await document<Status>(place, "status", "--json");
  expect([counts.running, counts.parked, waiting.map((row) => row.issue_identifier)]).toEqual([0, 1, [identifier]]);
  const shown = await maestro(place, "issue", "show", identifier);
  expect(shown.out).toMatch(/Which colour\?[\s\S]*- blue[\s\S]*maestro lane answer/);
  expect((await maestro(place, "issue", "comment", identifier, "Blue, please.")).code).toBe(0);
  await daemon.line(/parked: The agent asks: How dark\?/);
  expect((await maestro(place, "lane", "answer", identifier, "As the night.")).out).toContain(
    "goes on with your answer",
  );
  await daemon.line(/finished: /);
  expect(await daemon.end("SIGTERM")).toMatchObject({ code: 0, err: "" });
  const sessions = (await exported(place)).filter(({ type }) => type === "session_started");
  expect(sessions.map(({ data }) => data.resumed)).toEqual([false, true, true]);
  expect(new Set(sessions.map(({ data }) => data.sessionId)).size).toBe(1);
  const told = await Promise.all([2, 3].map((run) => maestro(place, "logs", `${identifier}/${run}`)));
  expect(told[0]?.out).toContain("Blue, please.");
  expect(told[1]?.out).toContain("As the night.");
});
