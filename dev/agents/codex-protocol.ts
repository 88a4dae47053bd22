// What we use of Codex's app server protocol, cut out of the schema that the pinned binary generates. `codex-protocol.json` is the cut as it was
// when src/agents/codex was written; a test compares, so that a new version which changes a part of it fails until somebody has looked.
// Usage: npx tsx dev/agents/codex-protocol.ts [--write]
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { programOf } from "./places.ts";

/** Where the cut is kept. */
export const KEPT = fileURLToPath(new URL("codex-protocol.json", import.meta.url));

type Schema = Readonly<Record<string, unknown>>;

const APPROVAL = ["reason", "cwd"];

/** The fields that we send or read, by the file that describes them; `[x]` is the variant of type x, and `*` the names of all that are required. */
const USED: Readonly<Record<string, readonly string[]>> = {
  "v1/InitializeParams": ["*", "clientInfo", "capabilities.*", "capabilities.experimentalApi"],
  "v1/InitializeResponse": ["userAgent"],
  "v2/ThreadStartParams": [
    ...[
      "*",
      "cwd",
      "approvalPolicy",
      "sandbox",
      "model",
      "developerInstructions",
      "config",
      "dynamicTools",
      "ephemeral",
    ],
  ],
  "v2/ThreadStartResponse": ["thread.id", "model"],
  "v2/ThreadResumeParams": [
    ...[
      "*",
      "threadId",
      "cwd",
      "approvalPolicy",
      "sandbox",
      "model",
      "developerInstructions",
      "config",
      "excludeTurns",
    ],
  ],
  "v2/ThreadResumeResponse": ["thread.id", "model"],
  "v2/ThreadSetNameParams": ["*", "threadId", "name"],
  "v2/TurnStartParams": ["*", "threadId", "input[text]", "sandboxPolicy"],
  "v2/TurnStartResponse": ["turn.id"],
  "v2/TurnSteerParams": ["*", "threadId", "expectedTurnId", "input[text]"],
  "v2/TurnInterruptParams": ["*", "threadId", "turnId"],
  "v2/ThreadBackgroundTerminalsCleanParams": ["*", "threadId"],
  "v2/GetAccountParams": ["*"],
  "v2/GetAccountResponse": ["account[apiKey].type", "account[chatgpt].type"],
  "v2/ListMcpServerStatusParams": ["*", "threadId", "serverName"],
  "v2/ListMcpServerStatusResponse": ["data.name", "data.toolsError"],
  "v2/TurnStartedNotification": ["threadId", "turn.id"],
  "v2/TurnCompletedNotification": [
    ...["threadId", "turn.id", "turn.status", "turn.error.message", "turn.error.codexErrorInfo"],
    "turn.error.additionalDetails",
  ],
  "v2/ErrorNotification": ["threadId", "turnId", "willRetry", "error.message", "error.codexErrorInfo"],
  "v2/ItemCompletedNotification": [
    ...["threadId", "turnId", "item[agentMessage].text", "item[reasoning].summary", "item[plan].text"],
    ...["item[commandExecution].command", "item[commandExecution].exitCode", "item[fileChange].status"],
    ...["item[fileChange].changes", "item[mcpToolCall].server", "item[mcpToolCall].tool", "item[mcpToolCall].status"],
    ...["item[dynamicToolCall].tool", "item[dynamicToolCall].status", "item[dynamicToolCall].success"],
    ...["item[webSearch].query", "item[contextCompaction].id", "item[userMessage].id"],
  ],
  "v2/ThreadTokenUsageUpdatedNotification": [
    ...["threadId", "turnId", "tokenUsage.total", "tokenUsage.last.totalTokens", "tokenUsage.modelContextWindow"],
  ],
  "v2/ModelReroutedNotification": ["threadId", "toModel"],
  "v2/AccountRateLimitsUpdatedNotification": [...["rateLimits.limitId", "rateLimits.primary", "rateLimits.secondary"]],
  DynamicToolCallParams: ["callId", "tool", "arguments"],
  DynamicToolCallResponse: ["*", "contentItems", "success"],
  CommandExecutionRequestApprovalParams: [...APPROVAL, "command", "networkApprovalContext"],
  CommandExecutionRequestApprovalResponse: ["*", "decision"],
  FileChangeRequestApprovalParams: ["reason", "grantRoot"],
  FileChangeRequestApprovalResponse: ["*", "decision"],
  PermissionsRequestApprovalParams: [...APPROVAL, "permissions"],
  PermissionsRequestApprovalResponse: ["*", "permissions", "scope"],
  ToolRequestUserInputParams: ["questions.id", "questions.question"],
  ToolRequestUserInputResponse: ["*", "answers"],
  McpServerElicitationRequestParams: ["serverName"],
  McpServerElicitationRequestResponse: ["*", "action"],
  CurrentTimeReadResponse: ["*", "currentTimeAt"],
  ExecCommandApprovalParams: [...APPROVAL, "command"],
  ExecCommandApprovalResponse: ["*", "decision"],
  ApplyPatchApprovalResponse: ["*", "decision"],
};

const ASKED = [
  ...["initialize", "thread/start", "thread/resume", "thread/name/set", "turn/start", "turn/steer", "turn/interrupt"],
  ...["thread/backgroundTerminals/clean", "account/read", "mcpServerStatus/list"],
];
const HEARD = [
  ...["turn/started", "turn/completed", "item/started", "item/completed", "error", "thread/tokenUsage/updated"],
  ...["account/rateLimits/updated", "item/reasoning/summaryPartAdded", "model/rerouted"],
];

/** The parts of the protocol of a binary that we use. */
export function protocolOf(codex: string): object {
  const folder = mkdtempSync(join(tmpdir(), "maestro-codex-schema-"));
  try {
    execFileSync(codex, ["app-server", "generate-json-schema", "--out", folder, "--experimental"]);
    const read = (file: string): Schema => JSON.parse(readFileSync(join(folder, `${file}.json`), "utf8"));
    const known = (file: string): string[] => methodsIn(read(file));
    return {
      version: execFileSync(codex, ["--version"], { encoding: "utf8" }).trim(),
      weAsk: ASKED.filter((method) => known("ClientRequest").includes(method)),
      weHear: HEARD.filter((method) => known("ServerNotification").includes(method)),
      // All of them: each has to be answered.
      itAsks: known("ServerRequest"),
      types: Object.fromEntries(Object.entries(USED).map(([file, paths]) => [file, cut(read(file), paths)])),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function methodsIn({ oneOf }: Schema): string[] {
  return schemas(oneOf)
    .flatMap((variant) => strings(schemaOf(schemaOf(variant.properties).method).enum))
    .sort();
}

function cut(root: Schema, paths: readonly string[]): object {
  const found = paths.flatMap((path) => fieldsAt(root, root, path.split("."), ""));
  return Object.fromEntries(found.sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** The fields at a path, each with its whole type. A field that is not there any more is `null`. */
function fieldsAt(root: Schema, at: Schema, path: readonly string[], above: string): [string, string | null][] {
  const [step = "", ...rest] = path;
  const { name, variant } = /^(?<name>[^[]+)(?:\[(?<variant>.+)\])?$/.exec(step)?.groups ?? {};
  const holder = elementOf(root, at);
  const required = strings(holder.required);
  if (name === "*") return [[`${above}*`, required.toSorted().join(", ")]];
  const field = schemaOf(holder.properties)[name ?? ""];
  const place = `${above}${step}${required.includes(name ?? "") ? "" : "?"}`;
  if (field === true) return [[place, "anything"]];
  if (!isSchema(field)) return [[place, null]];
  const chosen = variant === undefined ? field : variantOf(root, field, variant);
  if (chosen === null) return [[place, null]];
  return rest.length === 0 ? [[place, typeOf(root, chosen, [])]] : fieldsAt(root, chosen, rest, `${place}.`);
}

/** Through references, lists and `x or null` to what has fields. */
function elementOf(root: Schema, schema: Schema): Schema {
  const { $ref, items, anyOf, allOf } = schema;
  if (typeof $ref === "string") return elementOf(root, target(root, $ref));
  if (isSchema(items)) return elementOf(root, items);
  const one = [...schemas(anyOf), ...schemas(allOf)].find(({ type }) => type !== "null");
  return one === undefined ? schema : elementOf(root, one);
}

function variantOf(root: Schema, schema: Schema, name: string): Schema | null {
  const { oneOf } = elementOf(root, schema);
  const isIt = ({ properties }: Schema): boolean => strings(schemaOf(schemaOf(properties).type).enum).includes(name);
  return schemas(oneOf).find(isIt) ?? null;
}

/** A type with everything that it refers to, on one line and without words. */
function typeOf(root: Schema, value: unknown, within: readonly string[]): string {
  if (!isSchema(value)) return "anything";
  const { $ref, enum: words, type, items, anyOf, oneOf, allOf, properties, additionalProperties: others } = value;
  const inner = (member: unknown): string => typeOf(root, member, within);
  if (typeof $ref === "string") {
    const name = $ref.split("/").at(-1) ?? "";
    return within.includes(name) ? name : typeOf(root, target(root, $ref), [...within, name]);
  }
  if (Array.isArray(words)) return words.map((word) => JSON.stringify(word)).join(" | ");
  const several = [...schemas(anyOf), ...schemas(oneOf), ...schemas(allOf)];
  if (several.length > 0) return several.map(inner).join(" | ");
  if (Array.isArray(type)) return type.map((one) => inner({ ...value, type: one })).join(" | ");
  if (type === "array") return `(${inner(items)})[]`;
  if (isSchema(properties)) {
    const required = strings(value.required);
    const fields = Object.entries(properties).map(
      ([key, member]) => `${key}${required.includes(key) ? "" : "?"}: ${inner(member)}`,
    );
    return `{ ${fields.join(", ")} }`;
  }
  if (type === "object") return `{ [name]: ${inner(others)} }`;
  return typeof type === "string" ? type : "anything";
}

function target({ definitions }: Schema, ref: string): Schema {
  return schemaOf(schemaOf(definitions)[ref.split("/").at(-1) ?? ""]);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function schemaOf(value: unknown): Schema {
  return isSchema(value) ? value : {};
}

function schemas(value: unknown): Schema[] {
  return Array.isArray(value) ? value.filter(isSchema) : [];
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((member) => typeof member === "string") : [];
}

if (process.argv.includes("--write")) {
  const codex = programOf("codex");
  if (codex === null) throw new Error("there is no codex here: npm run agents");
  writeFileSync(KEPT, `${JSON.stringify(protocolOf(codex), null, 2)}\n`);
}
