import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { ModelRequest, ModelStep } from "../../../dev/fakes/models/script.ts";

/** What the scripted agent of the packaged demo does, so that a model does the same. */
const TEMPLATE = fileURLToPath(new URL("../../../templates/local/local/mock.md", import.meta.url));

interface ScriptStep {
  readonly do: string;
  readonly path?: string;
  readonly text?: string;
  readonly tool?: string;
  readonly arguments?: object;
}

/** Names of tools as one agent offers them: its shell, and what comes before those of the run. */
export interface ToolNames {
  readonly shell: string;
  readonly tools: string;
  /** The namespace of the run's tools, for agents that have such. */
  readonly namespace?: string;
  /** What the shell calls its line, default `command`. */
  readonly line?: string;
}

const scripts: Readonly<Record<string, { readonly runs: readonly (readonly ScriptStep[])[] }>> = parse(
  /^---\n([\s\S]*?)\n---/.exec(readFileSync(TEMPLATE, "utf8"))?.[1] ?? "",
).agent_provider.options.scripts;

/** The next step of the issue that the prompt is about: as many as tools have answered were taken. */
export function solve({ said, everything, outcomes }: ModelRequest, names: ToolNames): readonly ModelStep[] {
  const issue = /SHOP-\d/.exec(said)?.[0] ?? /SHOP-\d/.exec(everything)?.[0] ?? "";
  const steps = (scripts[issue]?.runs[0] ?? []).filter((step) => step.do === "write" || step.do === "call");
  const step = steps[outcomes.length];
  if (step === undefined) return [{ text: "That was all." }];
  if (step.do === "call") {
    const { tools, namespace } = names;
    const call = { tool: `${tools}${step.tool}`, args: step.arguments ?? {} };
    return [namespace === undefined ? call : { ...call, namespace }];
  }
  const command = `mkdir -p "$(dirname ${step.path})" && cat > ${step.path} <<'END_OF_FILE'\n${step.text}END_OF_FILE\n`;
  const { line = "command" } = names;
  return [
    { tool: names.shell, args: { [line]: command, ...(line === "command" ? { description: "writes a file" } : {}) } },
  ];
}
