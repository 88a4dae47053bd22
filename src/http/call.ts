import type { JsonObject } from "../base/json.ts";
import type { Access, Caller } from "./access.ts";
import type { EventStreams } from "./event-streams.ts";
import type { LateSignal } from "./late.ts";
import type { HttpParts } from "./parts.ts";
import type { Query } from "./request.ts";
import type { StateCache } from "./state-cache.ts";
import type { TranscriptPages } from "./transcript-pages.ts";

/** A request that has been let in and read. */
export interface Call {
  readonly request: Request;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  /** `{}` without one. */
  readonly body: JsonObject;
  /** Exactly what was sent, on a route that takes it as it came; else empty. */
  readonly raw: Uint8Array;
  /** `null` on a route that needs nobody. */
  readonly caller: Caller | null;
  /** Aborted when the answer is late. */
  readonly late: LateSignal;
}

/** What routes work with. */
export interface Workings {
  readonly parts: HttpParts;
  readonly access: Access;
  readonly states: StateCache;
  readonly streams: EventStreams;
  readonly transcripts: TranscriptPages;
  readonly metrics: { text(): Promise<string> };
}

/** Answers a request. What it throws becomes a problem. */
export type Respond = (call: Call) => Promise<Response> | Response;

/** A parameter of the path. */
export function param(call: Call, name: string): string {
  return call.params[name] ?? "";
}
