import type { TokenUsage } from "./usage.ts";

/** A run's session as it went on record before its first prompt: whatever is needed to find it again. Absent members were not known. */
export interface RunSession {
  /** Kind of the agent provider. */
  readonly agent: string;
  readonly resumed: boolean;
  /** Of the agent's program. */
  readonly version?: string;
  /** Folder of the account that keeps the session. */
  readonly stateDirectory?: string;
  /** `<kind>/<id>` of the account that it is paid from. */
  readonly account?: string;
  /** Folder that the agent works in. */
  readonly cwd?: string;
  /** What the session had used before this run. */
  readonly baseline?: TokenUsage;
}

/** What a new run may build on. */
export interface Resumption {
  /** The session to resume; `null`: a new one. */
  readonly session: string | null;
  /** What that session has used so far, as its runs told it. */
  readonly baseline: TokenUsage | null;
  /** Why the run before broke off in the middle of its work; `null` when it came to an end. */
  readonly interrupted: string | null;
  /** What earlier runs came to, in words, for a session that knows nothing of them. */
  readonly earlier: string | null;
}
