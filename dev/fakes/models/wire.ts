import type { IncomingHttpHeaders } from "node:http";
import type { FailureKind, ModelApi, ModelRequest, ModelStep, ScriptedUsage } from "./script.ts";

/** An answer without a stream. */
export interface Refusal {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One protocol: how its requests read and how its answers are written. */
export interface Wire {
  readonly api: ModelApi;
  /** Whether a request of this method and path is one for the model. */
  matches(method: string, path: string): boolean;
  credential(headers: IncomingHttpHeaders, query: URLSearchParams): string | null;
  read(body: Body, path: string): Omit<ModelRequest, "api" | "credential">;
  /** The whole answer as server-sent events, in order. */
  write(answer: Answer): readonly string[];
  refuse(kind: FailureKind): Refusal;
}

/** What is written as one answer. */
export interface Answer {
  readonly id: string;
  readonly model: string;
  readonly steps: readonly ModelStep[];
  readonly usage: ScriptedUsage;
}

/** A parsed body; members are looked at one by one. */
export type Body = Readonly<Record<string, unknown>>;

/** One server-sent event. */
export function event(data: object, name?: string): string {
  return `${name === undefined ? "" : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}

export function isBody(value: unknown): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects of a list; everything else in it is left out. */
export function bodies(value: unknown): Body[] {
  return Array.isArray(value) ? value.filter(isBody) : [];
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Text of content that is a string or a list of parts with `text`. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return bodies(content)
    .map((part) => text(part.text))
    .join("");
}

/** `Bearer x` without the word. */
export function bearer(headers: IncomingHttpHeaders): string | null {
  return /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1] ?? null;
}
