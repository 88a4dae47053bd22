import type { ToolDescriptor } from "../contracts/tool.ts";
import type { Workflow } from "../model/workflow.ts";

/** The section that tells an agent how its run ends. Part of every first prompt, whatever the template says. */
export function endingOf(workflow: Workflow, tools: readonly Pick<ToolDescriptor, "name">[]): string {
  const has = (name: string): boolean => tools.some((tool) => tool.name === name);
  const isAble = has("run_finalize") && (has("run_handoff") || has("run_result"));
  if (!isAble) {
    return "## How this run ends\n\nIt ends with your turn. Nobody answers questions meanwhile: decide yourself, and say what you decided.";
  }
  const lines = [
    "## How this run ends",
    "",
    "Nobody reads along and nobody answers questions. Only these tool calls end the work; what you merely say does not count.",
    "",
    ...finishedLines(workflow, has),
  ];
  if (has("run_ask")) {
    lines.push(
      "- **A question** that only a person can answer, and without whose answer you would have to guess: call `run_ask`, then end your turn. You go on in this session with the answer.",
    );
  }
  if (has("run_attention")) {
    lines.push(
      "- **Stuck**, because something is missing that only a person can give: call `run_attention` with what is missing, then `run_finalize` with path `attention`.",
    );
  }
  if (workflow.profile.completion.deliversChange) lines.push(deliveryOf(workflow));
  return lines.join("\n");
}

function finishedLines(workflow: Workflow, has: (name: string) => boolean): string[] {
  if (has("run_result")) {
    return [
      "- **Finished**: call `run_result` with the route, a summary and the result in the form that the tool describes, then `run_finalize` with path `result`. When the tool says that something does not fit, mend it and call it again.",
    ];
  }
  const handOff = `- **Finished**: call \`run_handoff\` with a summary of what you did and how you checked it, then \`run_finalize\` with path \`hand_off\`.${routesOf(workflow)}`;
  if (!has("run_repair_done")) return [handOff];
  return [
    "- **Finished** with what review or CI asked for: call `run_repair_done` with what you did about each point, then `run_finalize` with path `repair_done`.",
  ];
}

/** One sentence for later turns. */
export function toolsForEnding({ profile }: Workflow): string {
  const names = [...profile.tools, ...profile.routes.flatMap(({ tools }) => tools ?? [])];
  const end = ["run_result", "run_handoff"].find((name) => names.includes(name));
  if (end === undefined) return "";
  const ask = names.includes("run_ask") ? "when you have a question, run_ask; " : "";
  return `When you are finished, call ${end} and run_finalize; ${ask}when you need a person, run_attention and run_finalize.`;
}

function routesOf({ profile }: Workflow): string {
  const [usual, ...others] = profile.completion.routes;
  if (others.length === 0) return "";
  return ` The route is \`${usual}\` unless you name another one: ${others.map((name) => `\`${name}\``).join(", ")}.`;
}

function deliveryOf({ workspace, validation }: Workflow): string {
  const take =
    workspace.strategy === "worktree"
      ? "Leave your changes in the files of the workspace. Maestro commits them"
      : "Commit your changes on the branch that is checked out. Maestro takes your commits";
  const commands = validation.commands.map((command) => `\`${command}\``).join(", ");
  const check = commands === "" ? "" : `, checks them with ${commands}`;
  return `\n${take}${check} and proposes the result for review. Do not push or merge with Git yourself, and do not move the issue. When no file has to change, say why in \`no_change_reason\`.`;
}
