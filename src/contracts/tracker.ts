import type { Issue, IssueComment } from "../model/issue.ts";
import type { Clock } from "../base/clock.ts";
import type { JsonObject } from "../base/json.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { SecretRegistry } from "../base/redact.ts";
import type { CallOptions } from "./outside.ts";

/** What a tracker can do beyond reading; a missing verb is a located error where a workflow needs it. */
export interface TrackerCapabilities {
  readonly move: boolean;
  readonly comment: boolean;
  readonly label: boolean;
  readonly create: boolean;
  readonly watch: boolean;
}

/** Result of a compare-and-set move. `conflict`: the issue was in neither the expected nor the wanted state. */
export type MoveResult = "moved" | "already" | "conflict";

/** What a new issue is made of. */
export interface IssueDraft {
  readonly title: string;
  readonly description: string | null;
  readonly state: string;
  readonly labels: readonly string[];
  readonly priority: number | null;
  readonly blockedBy: readonly string[];
}

/**
 * A tracker. Verbs are idempotent intentions: asking twice does once. Every method may throw the `tracker_…` codes of
 * `outside.ts`; none hangs beyond the signal. Reads are complete or an error, never partial (S-204).
 */
export interface Tracker {
  readonly kind: string;
  readonly capabilities: TrackerCapabilities;
  /** Issues in scope and in one of the states; `[]` asks nothing (S-202). Includes those that are not dispatchable. */
  issuesByStates(states: readonly string[], options: CallOptions): Promise<readonly Issue[]>;
  /** Full snapshots of those that exist in scope; a malformed one is an error (S-203, S-205). `[]` asks nothing. */
  issuesByIds(ids: readonly string[], options: CallOptions): Promise<readonly Issue[]>;
  /** The issue with this identifier, or `undefined`. */
  issueByIdentifier(identifier: string, options: CallOptions): Promise<Issue | undefined>;
  /** Moves from an expected state. `from: null` moves from anywhere (a person's wish, never the orchestrator's). */
  move(
    issueId: string,
    change: { readonly to: string; readonly from: string | null },
    options: CallOptions,
  ): Promise<MoveResult>;
  /** Oldest first. `since` is epoch milliseconds, exclusive. */
  comments(issueId: string, since: number | null, options: CallOptions): Promise<readonly IssueComment[]>;
  /** Makes the one comment on this topic say `body`; makes it when missing. Returns its id. */
  ensureComment(issueId: string, topic: string, body: string, author: string, options: CallOptions): Promise<string>;
  /** A person's or program's free comment; not idempotent, never used by the outbox. */
  comment(issueId: string, body: string, author: string, options: CallOptions): Promise<string>;
  /** Adds and removes labels without touching any other. */
  label(
    issueId: string,
    change: { readonly add: readonly string[]; readonly remove: readonly string[] },
    options: CallOptions,
  ): Promise<void>;
  create(draft: IssueDraft, options: CallOptions): Promise<Issue>;
  /** Calls back when something may have changed; a hint, never a fact. Returns how to stop. */
  watch(onHint: () => void): () => void;
  /** One cheap question that shows that the tracker can be reached and read. */
  health(options: CallOptions): Promise<void>;
  /** Lets go of watchers, sockets and files. */
  close(): Promise<void>;
}

/** What an adapter is built from. */
export interface AdapterContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly secrets: SecretRegistry;
  /** Folder of the workflow file; relative paths of options start here. */
  readonly directory: string;
  /** The instance's own folder for what an adapter must keep. */
  readonly stateDirectory: string;
  /** The repository that the workflow names, for forges that keep one of their own; absent for `no_repo`. */
  readonly repository?: { readonly path: string | null; readonly baseBranch: string };
  /** For fallbacks of omitted secrets that the adapter documents (S-071); nothing else is read from it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The default meaning of a tracker's states, where its profile documents one (S-045). */
export interface LifecycleDefaults {
  readonly activeStates: readonly string[];
  readonly terminalStates: readonly string[];
}

/** One tracker kind. */
export interface TrackerProvider {
  readonly kind: string;
  readonly lifecycle: LifecycleDefaults | null;
  /** Checks and completes `tracker.provider`; throws `tracker_invalid_config` with `path` (keys) in its facts. */
  parseOptions(options: JsonObject): JsonObject;
  /** Names of option keys whose values are secrets. */
  readonly secretKeys: readonly string[];
  open(options: JsonObject, context: AdapterContext): Promise<Tracker>;
}
