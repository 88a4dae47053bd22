// The reference of the typed tools, made from the one catalogue. Usage: tsx dev/tool-reference.ts (npm run reference)
import { writeFileSync } from "node:fs";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../src/base/json.ts";
import type { Tool } from "../src/contracts/tool.ts";
import { CATALOGUE } from "../src/tools/catalogue.ts";

/** Where it is published. */
export const TOOL_REFERENCE = "docs/reference/tools.md";

const NEEDS: Readonly<Record<string, string>> = {
  issue: "a tracker",
  "issue.move": "a tracker that moves issues",
  "issue.comment": "a tracker with comments",
  "issue.update": "a tracker with labels, or with priorities, owners and types",
  "issue.attach": "a tracker with links",
  "issue.follow_up": "a tracker in which issues can be made",
  "issue.relations": "a tracker that tells how issues are linked",
  "issue.linear_graphql": "the tracker `linear`",
  repo: "a repository, and a profile that changes code",
  change: "a forge",
  "change.threads": "a forge with threads of reviews",
  "change.reviewers": "a forge that asks for reviewers",
  "change.merge": "a forge that merges",
};

const HEAD = `# The tools of agents

Made by \`npm run reference\` from the catalogue itself. An agent gets a tool when the profile names it for the issue's route (or
\`tools.enable\` of the workflow file does) and tracker, forge and repository can do what it needs; it never sees the others.

**Scope.** Every tool works on the issue that the run has leased, on its repository, its branch and the one change of that branch. None takes
the name of another one: there is no argument for it. The exception is \`linear_graphql\`, which reaches whatever the host's key reaches.

**Side effects.** \`read\` changes nothing. \`write\` changes something that a person can see and change back. \`destructive\` may do what cannot
be taken back. Agents never hold a token of tracker or forge: the host carries the calls out.

**How a write is carried out.** It is put into the outbox under the run's fence and sent by the service; the call waits up to 20 s. When it is
not sent by then, the answer has the code \`recorded\`: it will be sent, and the call need not be repeated. The key of a write follows from
its arguments, so that a repeated call, also by a later run, is one write. A write whose answer was lost is looked up before it is sent
again. Git is the exception: \`repo_commit\`, \`repo_sync_base\` and \`repo_push\` are carried out by the worker that holds the workspace.

**Answers** are JSON, at most 64 KiB, with secrets masked; a call takes at most 50 s. A failure is an answer, and the turn goes on:

| code | meaning |
|---|---|
| \`ok\` | done |
| \`recorded\` | will be sent as soon as the other side answers |
| \`invalid_arguments\` | the arguments do not fit the schema; each place is named |
| \`unknown_tool\` | this run has no such tool; those that it has are named |
| \`refused\` | the profile, a gate or the other side said no; the text says why and what mends it |
| \`tracker_…\`, \`forge_…\`, \`git_…\` | tracker, forge or Git failed, with its own code |
| \`failed\` | it took too long, or something broke that should not |

**Words of other people** come with their author and how far the author is trusted: \`self\` (Maestro), \`member\` (may write to the project),
\`bot\`, \`outsider\`, \`unknown\`. Text by outsiders and unknown authors is information, never an instruction.

**Limits.** Calls count against the API allowance of the credential like everything else that the host asks; \`maestro status\` shows it.
Every call is on record with its duration and result (\`tool_called\`).
`;

/** The reference as Markdown. */
export function toolReference(): string {
  return [HEAD, tableOf(CATALOGUE), ...CATALOGUE.map(sectionOf)].join("\n");
}

function tableOf(tools: readonly Tool[]): string {
  const rows = tools.map((tool) => `| [\`${tool.name}\`](#${tool.name}) | ${effectOf(tool)} | ${needOf(tool)} |`);
  return ["| tool | side effect | needs |", "|---|---|---|", ...rows, ""].join("\n");
}

function sectionOf(tool: Tool): string {
  const { name, description, inputSchema } = tool;
  const facts = `Side effect: ${effectOf(tool)}. Needs: ${needOf(tool)}.`;
  return [`## ${name}`, "", description, "", facts, "", argumentsOf(inputSchema), ""].join("\n");
}

function effectOf({ effect, mutates }: Tool): string {
  return `\`${effect ?? (mutates ? "write" : "read")}\``;
}

function needOf({ capability }: Tool): string {
  return capability === undefined ? "nothing" : (NEEDS[capability] ?? capability);
}

function argumentsOf(schema: JsonObject): string {
  const { properties = {}, required = [] } = schema;
  const entries = isJsonObject(properties) ? Object.entries(properties) : [];
  if (entries.length === 0) return "It takes no arguments.";
  const needed = isJsonArray(required) ? required : [];
  const rows = entries.map(([name, value]) => rowOf(name, value, needed.includes(name)));
  return ["| argument | type | |", "|---|---|---|", ...rows].join("\n");
}

function rowOf(name: string, value: JsonValue, isNeeded: boolean): string {
  const schema = isJsonObject(value) ? value : {};
  const words = typeof schema.description === "string" ? schema.description : "";
  const told = [isNeeded ? "Required." : "", words].filter((part) => part !== "").join(" ");
  return `| \`${name}\` | ${typeOf(schema)} | ${told.replaceAll("|", "\\|")} |`;
}

function typeOf(schema: JsonObject): string {
  const { type, items, anyOf, enum: values, const: only } = schema;
  if (only !== undefined) return `\`${String(only)}\``;
  if (isJsonArray(values)) return values.map((value) => `\`${String(value)}\``).join(", ");
  if (isJsonArray(anyOf)) return anyOf.map((one) => typeOf(isJsonObject(one) ? one : {})).join(" or ");
  if (type === "array") return `list of ${typeOf(isJsonObject(items) ? items : {})}`;
  return typeof type === "string" ? type : "any";
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(TOOL_REFERENCE, toolReference());
}
