import { LineSplitter } from "../../base/jsonl.ts";
import { createProcessEffects } from "./program/effects.ts";
import { AgentProgram } from "./program/agent-program.ts";

// The built-in agent: speaks the protocol of README.md on its standard streams.
const program = new AgentProgram(createProcessEffects());
const lines = new LineSplitter();
process.stdin.setEncoding("utf8");
process.stdin.on("data", (chunk) => {
  for (const line of lines.push(String(chunk))) program.receive(line);
});
process.stdin.on("end", () => program.inputEnded());
process.on("SIGTERM", () => program.terminated());
