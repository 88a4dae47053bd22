// The agent of the day. It speaks the mock's protocol and does what the title of its issue says. Usage: agent.mjs <log.jsonl>
// It decides by what lies in its workspace and what it is asked, never by how often it was killed.
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [, , logFile] = process.argv;
const { MAESTRO_ISSUE_IDENTIFIER: issue = "", MAESTRO_RUN: run = "" } = process.env;
const send = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const log = (event) =>
  appendFileSync(logFile, `${JSON.stringify({ at: Date.now(), event, issue, run: Number(run), pid: process.pid })}\n`);
let workspace = "";
let answered = () => undefined;
let calls = 0;

/** What each profile's result says, and a form of it that is wrong. */
const RESULTS = {
  triage: { type: "bug", priority: 2, risk: "high", owner: null, duplicates: [], rationale: "It loses rows." },
  requirement_analysis: {
    ...{ scope: "The export alone.", risks: [], impact: "A button more.", assumptions: [] },
    ...{ questions: [], acceptance_criteria: ["A file is there."], tasks: [{ title: "Write the file" }] },
  },
  requirement_refinement: {
    ...{
      questions: [],
      blockers: [],
      assumptions: [],
      goals: ["People take it out."],
      non_goals: ["No other report."],
    },
    ...{ acceptance_criteria: ["A file is there."] },
  },
  review_routing: {
    ...{ reviewers: [{ name: "alice", reason: "wrote it" }], risk_tags: ["data-loss"], checklist: ["Open files?"] },
    ...{ destination: null, rationale: "Few people know it." },
  },
};

function call(name, given) {
  calls += 1;
  send({ type: "tool_call", id: String(calls), name, arguments: given });
  return new Promise((resolve) => {
    answered = resolve;
  });
}

const rest = () => new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 900));

/** Both sides of every conflict. */
function keepBoth(path) {
  const lines = readFileSync(path, "utf8").split("\n");
  writeFileSync(path, lines.filter((line) => !/^(<<<<<<<|=======|>>>>>>>)/.test(line)).join("\n"));
}

function write(path, text) {
  const whole = join(workspace, path);
  mkdirSync(join(whole, ".."), { recursive: true });
  writeFileSync(whole, `${existsSync(whole) ? readFileSync(whole, "utf8") : ""}${text}\n`);
}

async function code(title) {
  const shared = join(workspace, "shared.txt");
  const isOld = existsSync(join(workspace, `work/${issue}.txt`));
  write(`work/${issue}.txt`, `run ${run}`);
  if (title.includes("the same line") && !readFileSync(shared, "utf8").includes(issue))
    writeFileSync(shared, `The line of ${issue}.\n`);
  await rest();
  if (isOld) {
    await call("repo_commit", { message: `Mend ${issue}` });
    const answer = await call("repo_sync_base", {});
    if (answer.text.includes("shared.txt")) {
      keepBoth(shared);
      await call("repo_commit", { message: `Bring the base into ${issue}` });
    }
  }
  const summary = `Did what ${issue} asks for.`;
  const { ok: isRepair } = await call("run_repair_done", { summary });
  if (!isRepair) await call("run_handoff", { summary });
  await call("run_finalize", { path: isRepair ? "repair_done" : "hand_off" });
}

async function deliver(profile, title) {
  const route = /to (\w+)$/.exec(title)?.[1];
  const result = RESULTS[profile];
  const summary = `Looked at ${issue}.`;
  if (title.includes("wrongly")) {
    await call("run_result", { route, summary, result: { ...result, surprise: 1 } });
    await call("run_result", { route: "nowhere", summary, result });
  }
  await rest();
  await call("run_result", { route, summary, result });
  await call("run_finalize", { path: "result" });
}

async function turn(prompt) {
  // A session that goes on is not told again what it is about.
  const told = `${logFile}.${issue.replaceAll(/[^\w]/g, "-")}`;
  const isFirst = prompt.includes("Issue of the day: ");
  if (isFirst) writeFileSync(told, /Issue of the day: (.*)/.exec(prompt)[1]);
  const [profile, title] = readFileSync(told, "utf8").split(" | ");
  await rest();
  send({ type: "usage", input_tokens: 100, output_tokens: 10, total_tokens: 110 });
  if (title.includes("fails")) return send({ type: "turn_end", status: "failed", message: "It does not build here." });
  if (title.includes("idles")) return send({ type: "turn_end", status: "completed" });
  if (title.includes("needs a person")) {
    await call("run_attention", { summary: "The key of the signing machine is missing." });
    await call("run_finalize", { path: "attention" });
  } else if (profile === "coding_pr_delivery") await code(title);
  else await deliver(profile, title);
  send({ type: "turn_end", status: "completed" });
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line);
  if (message.type === "start") {
    workspace = message.workspace;
    log("start");
    send({ type: "ready" });
  } else if (message.type === "turn") void turn(message.prompt);
  else if (message.type === "tool_result") answered(message);
  else if (message.type === "stop") process.exit(0);
});
process.on("exit", () => log("stop"));
