import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, stableJson } from "../../base/json.ts";
import { shortHash } from "../../base/ids.ts";
import type { AgentEvent, AgentFailure, AgentFailureKind } from "../../contracts/agent-provider.ts";
import type { Item, TurnError } from "./schema.ts";
import { TOOL_SERVER } from "./thread-settings.ts";

/** Whether an item has begun or is over. */
export type Stage = "started" | "completed";

type Of<T extends Item["type"]> = Extract<Item, { type: T }>;

/** Codex's words for a failure that mean more than a failed turn (3.9 of the reference; the set is open). */
const BY_WORD: ReadonlyMap<unknown, AgentFailureKind> = new Map([
  ["contextWindowExceeded", "context_overflow"],
  ["usageLimitExceeded", "capacity"],
  ["rateLimitExceeded", "capacity"],
  ["serverOverloaded", "capacity"],
  ["flexUnavailable", "capacity"],
  ["policyCapacityUnavailable", "capacity"],
  ["unauthorized", "auth"],
]);

const BY_STATUS: ReadonlyMap<unknown, AgentFailureKind> = new Map([
  [401, "auth"],
  [403, "auth"],
  [429, "capacity"],
  [503, "capacity"],
  [529, "capacity"],
]);

/** The key of a model provider is not in the environment. */
const KEY_MISSING = /^Missing environment variable/;

/** What Codex's error is for the host. `resetAt`: when the account's used-up windows are new. */
export function toFailure(
  { message, codexErrorInfo, additionalDetails }: TurnError,
  resetAt: number | null,
): AgentFailure {
  const kind = failureKind(codexErrorInfo ?? null, message);
  const sentence = additionalDetails ? `${message} (${additionalDetails})` : message;
  return {
    kind,
    sentence: sentence || "Codex says that its turn failed.",
    resetAt: kind === "capacity" ? resetAt : null,
  };
}

function failureKind(info: JsonValue, message: string): AgentFailureKind {
  const [word, facts] = isJsonObject(info) ? (Object.entries(info)[0] ?? []) : [info, null];
  const status = isJsonObject(facts) ? facts.httpStatusCode : null;
  return BY_WORD.get(word) ?? BY_STATUS.get(status) ?? (KEY_MISSING.test(message) ? "auth" : "turn_failed");
}

/** The events of an item. Paths below the workspace become relative to it. */
export function toEvents(item: Item, stage: Stage, workspace: string): AgentEvent[] {
  switch (item.type) {
    case "commandExecution":
      return [command(item, stage)];
    case "mcpToolCall":
      return [tool(item.id, item.server === TOOL_SERVER ? item.tool : `${item.server}/${item.tool}`, item, stage)];
    case "dynamicToolCall":
      return [tool(item.id, item.tool, item, stage)];
    case "webSearch":
      return [tool(item.id, "web_search", { arguments: item.query ?? null }, stage)];
    default:
      return stage === "started" ? [] : finished(item, workspace);
  }
}

function finished(
  item: Exclude<Item, { type: "commandExecution" | "webSearch" | `${string}ToolCall` }>,
  workspace: string,
): AgentEvent[] {
  switch (item.type) {
    case "agentMessage":
      return item.text === "" ? [] : [{ type: "message", text: item.text }];
    case "reasoning": {
      const summary = (item.summary ?? []).join("\n").trim();
      return summary === "" ? [] : [{ type: "activity", summary }];
    }
    case "plan":
      return [{ type: "activity", summary: item.text }];
    case "fileChange":
      return item.status === "completed" ? fileChanges(item, workspace) : [];
    case "contextCompaction":
      return [{ type: "activity", summary: "Codex made its context shorter." }];
    case "userMessage":
      return [];
  }
}

function command({ id, command, exitCode }: Of<"commandExecution">, stage: Stage): AgentEvent {
  const isOver = stage === "completed";
  return {
    type: "command",
    id,
    command,
    state: isOver ? "finished" : "started",
    exitCode: isOver ? (exitCode ?? null) : null,
  };
}

interface ToolFacts {
  readonly arguments?: JsonValue;
  readonly status?: string;
  readonly success?: boolean | null;
}

function tool(id: string, name: string, facts: ToolFacts, stage: Stage): AgentEvent {
  const fingerprint = shortHash(`${name} ${stableJson(facts.arguments ?? null)}`);
  if (stage === "started") return { type: "tool", id, name, fingerprint, state: "started", ok: null };
  const ok = facts.success ?? (facts.status === undefined || facts.status === "completed");
  return { type: "tool", id, name, fingerprint, state: "finished", ok };
}

function fileChanges({ changes }: Of<"fileChange">, workspace: string): AgentEvent[] {
  const below = (path: string): string => (path.startsWith(`${workspace}/`) ? path.slice(workspace.length + 1) : path);
  return changes.flatMap(({ path, kind }): AgentEvent[] => {
    const { type, move_path: moved } = kind;
    if (moved) {
      return [
        { type: "file_change", path: below(path), change: "removed" },
        { type: "file_change", path: below(moved), change: "added" },
      ];
    }
    const change = type === "add" ? "added" : type === "delete" ? "removed" : "changed";
    return [{ type: "file_change", path: below(path), change }];
  });
}

/** The same value with keys as `inputTokens` where they were `input_tokens`: totals and limits have been told both ways (S-238, G-9). */
export function inCamelCase(value: JsonObject): JsonObject {
  const entries = Object.entries(value).map(([key, member]) => [
    key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    camel(member),
  ]);
  return Object.fromEntries(entries);
}

function camel(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return value.map(camel);
  return isJsonObject(value) ? inCamelCase(value) : value;
}

const TEXTS = ["message", "summary", "error"];

/** A sign of life in words: what it was, and what Codex says with it. */
export function toSignOfLife(method: string, params: JsonObject): AgentEvent {
  const text = TEXTS.map((key) => params[key]).find((told) => typeof told === "string" && told !== "");
  return { type: "alive", what: text === undefined ? method : `${method}: ${String(text)}` };
}

/** The version in `maestro/0.169.0 (…)`. */
export function versionIn(userAgent: string): string | null {
  return /^[^/]*\/(\S+)/.exec(userAgent)?.[1] ?? null;
}
