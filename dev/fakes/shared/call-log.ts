import { appendFileSync } from "node:fs";
import type { Json } from "./json.ts";

/** One request as a judge reads it later. */
export interface LoggedCall {
  readonly service: string;
  /** ISO 8601, by the fake's clock. */
  readonly at: string;
  readonly method: string;
  /** Path and query as received. */
  readonly path: string;
  /** Route template (`GET /repos/{owner}/{repo}/issues`) or GraphQL root field (`mutation issueUpdate`). */
  readonly operation: string;
  /** Body of a REST call or variables of a GraphQL document; never an authorization header. */
  readonly variables: Json;
  /** Login or key name; `null` when the caller was not let in. */
  readonly identity: string | null;
  /** `0` when the caller got no answer. */
  readonly status: number;
  /** Whether anything changed in the fake, whatever the caller was told. */
  readonly effect: boolean;
  /** Kind of the injected fault that this call met. */
  readonly fault: string | null;
}

/** Every call in order, in memory and (with a path) as JSON lines for a judge in another process. */
export class CallLog {
  readonly calls: LoggedCall[] = [];
  readonly #path: string | undefined;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  add(call: LoggedCall): void {
    this.calls.push(call);
    if (this.#path !== undefined) appendFileSync(this.#path, `${JSON.stringify(call)}\n`);
  }

  /** Calls of one operation. */
  of(operation: string): LoggedCall[] {
    return this.calls.filter((call) => call.operation === operation);
  }

  /** Calls that changed something. */
  effects(operation?: string): LoggedCall[] {
    return this.calls.filter((call) => call.effect && (operation === undefined || call.operation === operation));
  }
}
