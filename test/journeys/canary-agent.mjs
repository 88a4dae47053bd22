// An agent that has got hold of what it should not have, and says it wherever it can. Usage: canary-agent.mjs <leak.json>: {texts: string[]}.
// Speaks the mock's protocol.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const { texts } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const leak = texts.join("\n");
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const calls = [
  ["issue_workpad", { body: `Found:\n${leak}` }],
  ["issue_comment", { body: `See ${leak}` }],
  ["run_checkpoint", { summary: leak.slice(0, 1_500) }],
  ["no_such_tool", { text: leak }],
  ["issue_comment", { wrong: leak }],
  ["repo_commit", { message: `Add\n\n${leak.slice(0, 2_000)}` }],
  ["repo_push", {}],
  ["change_open", { title: `Greet ${texts[0]}`, body: leak }],
  ["run_handoff", { summary: `Greets. ${leak}`.slice(0, 3_000) }],
  ["run_finalize", { path: "hand_off" }],
];
let workspace = "";
let next = 0;

function step() {
  const call = calls[next];
  next += 1;
  if (call === undefined) return say({ type: "turn_end", status: "completed" });
  say({ type: "tool_call", id: String(next), name: call[0], arguments: call[1] });
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line);
  if (message.type === "start") {
    workspace = message.workspace;
    say({ type: "ready" });
  } else if (message.type === "turn") {
    writeFileSync(join(workspace, "notes.txt"), `${leak}\n`);
    process.stderr.write(`error: ${leak}\n`);
    say({ type: "message", text: `I saw ${leak}` });
    step();
  } else if (message.type === "tool_result") step();
  else if (message.type === "stop") process.exit(0);
});
