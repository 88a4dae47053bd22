import { shortHash } from "../../base/ids.ts";
import { isJsonObject, type JsonObject, type JsonValue, stableJson } from "../../base/json.ts";
import type { AgentEvent, AgentFailureKind, AgentQuestion, PermissionRequest } from "../../contracts/agent-provider.ts";
import {
  validateChatMessage,
  validateHostAnswered,
  validateHostAsked,
  validateRateLimitNote,
  validateSystemNote,
  validateTurnEnded,
  validateUserQuestions,
} from "./schema.gen.ts";
import type { ChatMessage, HostAnswered, HostAsked, RateLimitNote, SystemNote, TurnEnded } from "./schema.ts";

/** A line of Claude Code as far as it is read here; `alive` is every other message, `noise` no message at all. */
export type Line =
  | { readonly kind: "chat"; readonly message: ChatMessage }
  | { readonly kind: "end"; readonly message: TurnEnded }
  | { readonly kind: "system"; readonly message: SystemNote }
  | { readonly kind: "limit"; readonly message: RateLimitNote }
  | { readonly kind: "asked"; readonly message: HostAsked }
  | { readonly kind: "answered"; readonly message: HostAnswered }
  | { readonly kind: "alive"; readonly what: string }
  | { readonly kind: "noise" };

/** Reads a line. */
export function readLine(line: string): Line {
  const message = tryParse(line);
  if (!isJsonObject(message)) return { kind: "noise" };
  if (validateChatMessage(message)) return { kind: "chat", message };
  if (validateTurnEnded(message)) return { kind: "end", message };
  if (validateSystemNote(message)) return { kind: "system", message };
  if (validateRateLimitNote(message)) return { kind: "limit", message };
  if (validateHostAsked(message)) return { kind: "asked", message };
  if (validateHostAnswered(message)) return { kind: "answered", message };
  return { kind: "alive", what: typeof message.type === "string" ? message.type : "message" };
}

function tryParse(line: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(line);
    return value;
  } catch {
    // A program may print anything before it speaks its protocol.
    return undefined;
  }
}

/** What a message of the conversation means. */
export function chatEvents({ type, message, error }: ChatMessage): AgentEvent[] {
  const { content } = message;
  // An error of the provider is dressed up as words of the model; the end of the turn tells it.
  if (typeof content === "string" || error != null) return [];
  return content.flatMap((block): AgentEvent[] => {
    if (type === "user") return block.type === "tool_result" ? toolEnd(block) : [];
    if (block.type === "text" && block.text) return [{ type: "message", text: block.text }];
    if (block.type === "thinking") return [thought(block)];
    return block.type === "tool_use" ? toolBegin(block) : [];
  });
}

/** Characters of a thought that are told. */
const LONGEST_THOUGHT = 200;

function thought({ thinking = "" }: Block): AgentEvent {
  const summary = thinking.trim().slice(0, LONGEST_THOUGHT);
  return summary === "" ? { type: "alive", what: "thinking" } : { type: "activity", summary };
}

type Block = Exclude<ChatMessage["message"]["content"], string>[number];

const EDITS: readonly string[] = ["Edit", "Write", "MultiEdit", "NotebookEdit"];

function toolBegin({ id = "", name = "tool", input }: Block): AgentEvent[] {
  const given = isJsonObject(input) ? input : {};
  const fingerprint = shortHash(stableJson({ name, input: given }));
  const tool: AgentEvent = { type: "tool", id, name, fingerprint, state: "started", ok: null };
  if (name === "Bash" && typeof given.command === "string") {
    return [tool, { type: "command", id, command: given.command, state: "started", exitCode: null }];
  }
  const path = given.file_path ?? given.notebook_path;
  if (EDITS.includes(name) && typeof path === "string") return [tool, { type: "file_change", path, change: "changed" }];
  return [tool, { type: "activity", summary: typeof path === "string" ? `${name} ${path}` : name }];
}

function toolEnd({ tool_use_id: id = "", is_error: isError = false }: Block): AgentEvent[] {
  return [
    { type: "tool", id, name: "", fingerprint: "", state: "finished", ok: !isError },
    { type: "command", id, command: "", state: "finished", exitCode: null },
  ];
}

/** Tokens of a call or of a turn. What came from the cache, or went there, is part of the input. */
export interface Bill {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** What one call of the model has used so far; `null` when the message does not tell. */
export function billOf({ usage }: ChatMessage["message"]): Bill | null {
  if (usage === undefined) return null;
  const cacheRead = usage.cache_read_input_tokens ?? 0;
  const cacheWrite = usage.cache_creation_input_tokens ?? 0;
  const input = (usage.input_tokens ?? 0) + cacheRead + cacheWrite;
  return { input, output: usage.output_tokens ?? 0, cacheRead, cacheWrite };
}

/** What the turn used, per model, with its price in US dollars where it is known. */
export function billsOf({
  model_usage_since_last_result: models = {},
}: TurnEnded): { readonly model: string; readonly bill: Bill; readonly costUsd?: number }[] {
  return Object.entries(models).map(([model, used]) => {
    const cacheRead = used.cacheReadInputTokens ?? 0;
    const cacheWrite = used.cacheCreationInputTokens ?? 0;
    const input = (used.inputTokens ?? 0) + cacheRead + cacheWrite;
    const bill = { input, output: used.outputTokens ?? 0, cacheRead, cacheWrite };
    return { model, bill, ...(used.costUSD == null ? {} : { costUsd: used.costUSD }) };
  });
}

/** How much of the account is used. */
export function capacityEvent({ rate_limit_info: info }: RateLimitNote): Extract<AgentEvent, { type: "capacity" }> {
  const { rateLimitType, utilization, resetsAt } = info;
  return {
    type: "capacity",
    window: rateLimitType ?? "unknown",
    usedShare: utilization ?? null,
    resetAt: resetsAt == null ? null : resetsAt * 1_000,
  };
}

/** The provider's word for what went wrong, as a synthetic message of the model carries it. */
const BY_WORD: Readonly<Record<string, AgentFailureKind>> = {
  authentication_failed: "auth",
  // Nobody but a person can pay.
  billing_error: "auth",
  rate_limit: "capacity",
  overloaded: "capacity",
};

/** HTTP statuses of overloads, which end as a plain server error. */
const OVERLOADED: readonly number[] = [429, 529];

/** Why a turn failed; `null` when it did not. `said` is the error of the turn's synthetic message. */
export function failureOf(
  end: TurnEnded,
  said: string | null,
): { readonly kind: AgentFailureKind; readonly sentence: string } | null {
  if (end.subtype === "success" && end.is_error !== true) return null;
  const sentence = wordsOf(end);
  if (end.terminal_reason === "prompt_too_long") return { kind: "context_overflow", sentence };
  if (end.api_error_status != null && OVERLOADED.includes(end.api_error_status)) return { kind: "capacity", sentence };
  return { kind: BY_WORD[said ?? ""] ?? "turn_failed", sentence };
}

function wordsOf({ result, errors = [], subtype }: TurnEnded): string {
  const words = [result ?? "", ...errors.map((error) => (typeof error === "string" ? error : JSON.stringify(error)))];
  const said = words.filter((word) => word !== "").join("; ");
  return `Claude Code says: ${said === "" ? subtype : said}`;
}

/** What it asks to be allowed. */
export function permissionOf({ request }: HostAsked): PermissionRequest {
  const { tool_name: name = "a tool", input } = request;
  const given: JsonObject = isJsonObject(input) ? input : {};
  const details = { tool: name };
  if (request.requires_user_interaction === true || name === "AskUserQuestion") {
    const question = questionIn(given);
    return { kind: "question", summary: question?.text ?? name, details, ...(question === null ? {} : { question }) };
  }
  if (typeof given.command === "string") return { kind: "command", summary: given.command, details };
  if (EDITS.includes(name)) return { kind: "file_change", summary: String(given.file_path ?? name), details };
  return { kind: /^Web/.test(name) ? "network" : "tool", summary: name, details };
}

/** What `AskUserQuestion` is called with, as one question. */
function questionIn(input: JsonObject): AgentQuestion | null {
  if (!validateUserQuestions(input) || input.questions.length === 0) return null;
  const { questions } = input;
  return {
    text: questions.map(({ question }) => question).join("\n\n"),
    options: questions.flatMap(({ options = [] }) => options.map(({ label }) => label)),
  };
}

/** A question that a tool server has for a person. */
export function elicitationOf({ request }: HostAsked): PermissionRequest {
  const { message, mcp_server_name: server = "a tool server" } = request;
  const asked = { kind: "question", summary: `${server}: ${message ?? ""}`, details: { server } } as const;
  return message === undefined ? asked : { ...asked, question: { text: message, options: [] } };
}
