import type { MaestroError } from "../../base/errors.ts";
import { shortHash } from "../../base/ids.ts";
import { isJsonObject, type JsonObject, stableJson } from "../../base/json.ts";
import type { AgentEvent, AgentFailureKind, PermissionRequest, UsageDetails } from "../../contracts/agent-provider.ts";
import type { TokenUsage } from "../../model/usage.ts";
import type { OpencodeSession, PermissionAsked, PromptEnd, SessionUpdate } from "./schema.ts";

type Update = SessionUpdate["update"];
type ToolCall = PermissionAsked["toolCall"];

/** The text of a chunk of a message or of a thought. */
export function chunkText({ content }: Update): string {
  return isJsonObject(content) && typeof content.text === "string" ? content.text : "";
}

/** What a tool call means, when it begins (`isNew`) and when it ends. A call that is reported as done at once is both. */
export function toolEvents(update: ToolCall, isNew: boolean): AgentEvent[] {
  const { status } = update;
  const isOver = status === "completed" || status === "failed";
  return [...(isNew ? begun(update) : []), ...(isOver ? ended(update, status === "completed") : [])];
}

function begun(update: ToolCall): AgentEvent[] {
  const id = update.toolCallId ?? "";
  const name = update.title ?? update.kind ?? "tool";
  const command = commandIn(update);
  // The title often holds the arguments already; the raw input holds them for sure.
  const fingerprint = shortHash(stableJson({ name, input: update.rawInput ?? null }));
  return [
    { type: "activity", summary: name },
    { type: "tool", id, name, fingerprint, state: "started", ok: null },
    ...(command === null ? [] : [{ type: "command", id, command, state: "started", exitCode: null } as const]),
  ];
}

function ended(update: ToolCall, ok: boolean): AgentEvent[] {
  const id = update.toolCallId ?? "";
  const name = update.title ?? update.kind ?? "tool";
  return [
    { type: "tool", id, name, fingerprint: "", state: "finished", ok },
    { type: "command", id, command: commandIn(update) ?? "", state: "finished", exitCode: exitIn(update) },
    ...(ok ? changedPaths(update).map((path) => ({ type: "file_change", path, change: "changed" }) as const) : []),
  ];
}

/** A shell command, where the call is one. */
function commandIn({ kind, rawInput, title }: ToolCall): string | null {
  if (isJsonObject(rawInput)) {
    const { command } = rawInput;
    if (typeof command === "string") return command;
    if (Array.isArray(command)) return command.map(String).join(" ");
  }
  return kind === "execute" ? (title ?? "") : null;
}

function exitIn({ rawOutput }: ToolCall): number | null {
  const metadata = isJsonObject(rawOutput) && isJsonObject(rawOutput.metadata) ? rawOutput.metadata : rawOutput;
  if (!isJsonObject(metadata)) return null;
  const code = metadata.exit ?? metadata.exitCode ?? metadata.exit_code;
  return typeof code === "number" ? code : null;
}

/** The files of the differences that a call shows. */
function changedPaths({ content }: ToolCall): string[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: unknown) =>
    isJsonObject(part) && part.type === "diff" && typeof part.path === "string" ? [part.path] : [],
  );
}

/** What the agent asks to be allowed. */
export function permissionOf({ toolCall }: PermissionAsked): PermissionRequest {
  const { kind, title } = toolCall;
  const command = commandIn(toolCall);
  const details = { kind: kind ?? null, title: title ?? null };
  if (command !== null) return { kind: "command", summary: command, details };
  const known = kind === "edit" || kind === "delete" || kind === "move" ? "file_change" : "tool";
  return { kind: kind === "fetch" ? "network" : known, summary: title ?? kind ?? "a tool", details };
}

/** What the agent wants to know of a person. */
export function questionOf({ message }: JsonObject): PermissionRequest {
  if (typeof message !== "string" || message === "") return { kind: "question", summary: "a question", details: {} };
  return { kind: "question", summary: message, details: {}, question: { text: message, options: [] } };
}

/** The option that says yes or no once; an agent that offers no such option gets none. */
export function optionFor({ options }: PermissionAsked, allow: boolean): string | null {
  const kinds = allow ? ["allow_once", "allow_always"] : ["reject_once", "reject_always"];
  for (const kind of kinds) {
    const found = options.find((option) => option.kind === kind);
    if (found !== undefined) return found.optionId;
  }
  return null;
}

/** Tokens of one prompt, when the agent tells them. */
export function usageOf(end: PromptEnd): { readonly usage: TokenUsage; readonly details: UsageDetails } | null {
  const { usage } = end;
  if (usage == null) return quotaOf(end);
  const { inputTokens = 0, outputTokens = 0, cachedReadTokens, cachedWriteTokens, thoughtTokens } = usage;
  const totalTokens = usage.totalTokens ?? inputTokens + outputTokens;
  return {
    usage: { inputTokens, outputTokens, totalTokens },
    details: {
      ...(cachedReadTokens === undefined ? {} : { cacheReadTokens: cachedReadTokens }),
      ...(cachedWriteTokens === undefined ? {} : { cacheWriteTokens: cachedWriteTokens }),
      ...(thoughtTokens === undefined ? {} : { reasoningTokens: thoughtTokens }),
    },
  };
}

/** Where Gemini CLI tells it; its output leaves out the reasoning. */
function quotaOf({ _meta: meta }: PromptEnd): ReturnType<typeof usageOf> {
  const count = meta?.quota?.token_count;
  if (count === undefined) return null;
  const { input_tokens: inputTokens = 0, output_tokens: outputTokens = 0 } = count;
  return { usage: { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens }, details: {} };
}

/** What an opencode session has used in all. Its input leaves out the cache, its output the reasoning. */
export function opencodeTotals({ tokens }: OpencodeSession): TokenUsage {
  const inputTokens = tokens.input + (tokens.cache?.read ?? 0) + (tokens.cache?.write ?? 0);
  const outputTokens = tokens.output + (tokens.reasoning ?? 0);
  return { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
}

/** Why a turn did not end well although the agent answered; `null` for one that did. */
export function stopFailure(stopReason: string): { readonly kind: AgentFailureKind; readonly sentence: string } | null {
  switch (stopReason) {
    case "end_turn":
      return null;
    case "cancelled":
      return { kind: "turn_cancelled", sentence: "The agent broke its turn off." };
    case "max_tokens":
      return { kind: "context_overflow", sentence: "The agent ran out of tokens for its answer." };
    case "max_turn_requests":
      return { kind: "turn_failed", sentence: "The agent used up the model calls that it allows itself in a turn." };
    case "refusal":
      return { kind: "turn_failed", sentence: "The model refused." };
    default:
      return { kind: "turn_failed", sentence: `The agent ended its turn with "${stopReason}".` };
  }
}

/** Words that agents use for one kind of failure; ACP itself knows no kinds. The first row that fits. */
const WORDS: readonly (readonly [RegExp, AgentFailureKind])[] = [
  [/authenticat|unauthori[sz]ed|api key|\b401\b|login/i, "auth"],
  [/rate.?limit|quota|usage limit|overloaded|too many requests|\b429\b|\b529\b|RESOURCE_EXHAUSTED/i, "capacity"],
  [/context.{0,20}(length|window|overflow)|too long|maximum.{0,20}tokens/i, "context_overflow"],
];

const AUTH_REQUIRED = -32_000;

/** The kind of an error that the agent answered with: by its code, then by what it says about itself, then by its words. */
export function failureOf(error: MaestroError): { readonly kind: AgentFailureKind; readonly sentence: string } {
  const { message, facts } = error;
  if (error.code === "deadline") return { kind: "response_timeout", sentence: "The agent did not answer in time." };
  if (error.code !== "rpc_error") return { kind: "process_exit", sentence: message };
  const said = `${message} ${facts.data === undefined ? "" : JSON.stringify(facts.data)}`;
  const isAuth = facts.code === 401 || (facts.code === AUTH_REQUIRED && /auth/i.test(message));
  const kind = isAuth ? "auth" : (WORDS.find(([pattern]) => pattern.test(said))?.[1] ?? "turn_failed");
  return { kind, sentence: `The agent says: ${message}` };
}
