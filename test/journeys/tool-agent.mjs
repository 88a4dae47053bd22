// An agent that speaks the mock's protocol and calls tools as its plan says. Usage: tool-agent.mjs <plan.json> <answers.jsonl>
// The plan is a list per run of [tool, arguments]; `{"$": "thread"}` stands for the first thread that change_discussion showed, and
// ["write", {path, text}] writes a file. Every answer is appended to the second file.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [, , planFile, answersFile] = process.argv;
const plan = JSON.parse(readFileSync(planFile, "utf8"));
const runsBefore = existsSync(answersFile)
  ? readFileSync(answersFile, "utf8")
      .split("\n")
      .filter((line) => line.includes('"run_began"')).length
  : 0;
const calls = plan[Math.min(runsBefore, plan.length - 1)];
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
let workspace = "";
let thread = "";
let next = 0;

function step() {
  const call = calls[next];
  next += 1;
  if (call === undefined) return say({ type: "turn_end", status: "completed" });
  const [tool, given] = call;
  if (tool === "write") {
    writeFileSync(join(workspace, given.path), given.text);
    return step();
  }
  const args = JSON.parse(JSON.stringify(given).replaceAll('{"$":"thread"}', JSON.stringify(thread)));
  say({ type: "tool_call", id: String(next), name: tool, arguments: args });
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line);
  if (message.type === "start") {
    workspace = message.workspace;
    const tools = message.tools.map(({ name }) => name);
    appendFileSync(answersFile, `${JSON.stringify({ run_began: true, tools })}\n`);
    say({ type: "ready" });
  } else if (message.type === "turn") step();
  else if (message.type === "tool_result") {
    const { ok, code, text } = message;
    const tool = calls[next - 1][0];
    appendFileSync(answersFile, `${JSON.stringify({ run: runsBefore + 1, tool, ok, code, at: Date.now(), text })}\n`);
    if (tool === "change_discussion" && ok) {
      thread = JSON.parse(text).items?.find(({ kind }) => kind === "thread")?.id ?? "";
    }
    step();
  } else if (message.type === "stop") process.exit(0);
});
