import type { Issue, IssueComment } from "../model/issue.ts";
import type { Clock } from "../base/clock.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { RateLimiters } from "../base/rate-limiter.ts";
import type { SecretRegistry } from "../base/redact.ts";
import type { ApiBudget, CallOptions, Delivery, DeliveryVerdict } from "./outside.ts";

/** What a tracker can do beyond reading; a missing verb is a located error where a workflow needs it. */
export interface TrackerCapabilities {
  readonly move: boolean;
  readonly comment: boolean;
  readonly label: boolean;
  readonly create: boolean;
  readonly watch: boolean;
  /** Changes priority, owner and type too. */
  readonly update?: boolean;
  /** What a claim is made of that a Maestro on another machine sees. Absent: nobody else works on this tracker. */
  readonly claim?: "assignee" | "label" | "comment";
  /** A state that is missing is made when an issue is first moved there. */
  readonly makesStates?: boolean;
  /** Usually nobody but this machine works on it: claims are made only where the workflow asks for them. */
  readonly isPrivate?: boolean;
  readonly attach?: boolean;
  readonly relations?: boolean;
  readonly webhooks?: boolean;
}

/** What a person or a tool wants changed; absent members stay as they are. */
export interface IssueUpdate {
  readonly title?: string;
  readonly description?: string;
  readonly priority?: number | null;
  /** As the tracker names people; `null` takes the owner off. */
  readonly owner?: string | null;
  /** As the tracker names kinds of issues. */
  readonly type?: string;
}

/** The right to work on an issue as others see it on the tracker. */
export interface IssueClaim {
  /** Names this instance, not a person. */
  readonly owner: string;
  /** Epoch milliseconds; renewed well before. */
  readonly expiresAt: number;
}

/** Whether the claim is ours now. */
export type ClaimResult =
  | { readonly kind: "claimed" }
  | { readonly kind: "held"; readonly owner: string; readonly expiresAt: number };

/** A link from one issue to another. */
export interface IssueRelation {
  readonly kind: "blocks" | "blocked_by" | "related" | "duplicate_of" | "parent" | "child";
  readonly issueId: string;
  readonly identifier: string;
  readonly state: string | null;
}

/** A state of the tracker as its project defines it. */
export interface ProjectState {
  readonly name: string;
  /** What the tracker itself says about it, in its own word. */
  readonly type: string | null;
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
  /** Where a move is several writes: does what is missing to one that broke off after the issue showed its new state. */
  finishMove?(issueId: string, to: string, options: CallOptions): Promise<void>;
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
  /** Sets what is given and nothing else. Throws `tracker_not_found`, `tracker_conflict`. */
  update?(issueId: string, change: IssueUpdate, options: CallOptions): Promise<Issue>;
  /** Takes or renews the claim by compare and set: an unexpired one of somebody else is `held`. */
  claim?(issueId: string, claim: IssueClaim, options: CallOptions): Promise<ClaimResult>;
  /** Gives our claim up; somebody else's stays. */
  release?(issueId: string, owner: string, options: CallOptions): Promise<void>;
  /** Makes the one link to `url` on the issue say `title`. */
  attach?(
    issueId: string,
    link: { readonly url: string; readonly title: string; readonly kind: "change" | "other" },
    options: CallOptions,
  ): Promise<void>;
  /** Makes the one issue with this key that follows from another; finds it when it is there. */
  ensureFollowUp?(issueId: string, key: string, draft: IssueDraft, options: CallOptions): Promise<Issue>;
  /** Makes the one link of this kind to another issue; throws `tracker_not_found` for an identifier that is none. */
  relate?(
    issueId: string,
    link: { readonly kind: "duplicate_of" | "related"; readonly identifier: string },
    options: CallOptions,
  ): Promise<void>;
  /** Every link to another issue that the tracker shows, and those that `relate` made. */
  relations?(issueId: string, options: CallOptions): Promise<readonly IssueRelation[]>;
  /** The states that issues in scope can have. */
  states?(options: CallOptions): Promise<readonly ProjectState[]>;
  /** Whether a label carries a state, a priority or a claim, so that only the verbs for these set it. Absent: none does. */
  isOwnLabel?(label: string): boolean;
  /** One raw GraphQL operation with the adapter's credential. `ok` is false when the answer has errors; it is kept whole. */
  rawGraphql?(
    document: string,
    variables: JsonObject,
    options: CallOptions,
  ): Promise<{ readonly ok: boolean; readonly body: JsonValue }>;
  /** The labels that issues in scope can carry, as the tracker spells them. */
  labels?(options: CallOptions): Promise<readonly string[]>;
  /** What is left to ask; `null` before the service has said it. */
  budget?(): ApiBudget | null;
  /** Checks a webhook on its raw bytes. Pure but for the secret; never throws. */
  readDelivery?(delivery: Delivery): DeliveryVerdict;
  /** Calls back when something may have changed; a hint, never a fact. Returns how to stop. */
  watch(onHint: () => void): () => void;
  /** One cheap question that shows that the tracker can be reached and read. */
  health(options: CallOptions): Promise<void>;
  /** Lets go of watchers, sockets and files. */
  close(): Promise<void>;
}

/** What a workflow asks of a tracker whose own workflows do not allow everything. States as the workflow file spells them. */
export interface LifecycleNeeds {
  readonly states: readonly string[];
  /** Moves that the host will make. */
  readonly moves: readonly { readonly from: string; readonly to: string }[];
}

/** What an adapter is built from. */
export interface AdapterContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly secrets: SecretRegistry;
  /** Shared by all adapters of the process, so that those with one credential spend one allowance. Absent: the adapter has its own. */
  readonly limiters?: RateLimiters;
  /** Folder of the workflow file; relative paths of options start here. */
  readonly directory: string;
  /** The instance's own folder for what an adapter must keep. */
  readonly stateDirectory: string;
  /** The repository that the workflow names; absent for `no_repo`. `remote` is where it is pushed, when the workflow says so. */
  readonly repository?: { readonly path: string | null; readonly baseBranch: string; readonly remote?: string | null };
  /** Trackers that have workflows of their own hold them against it. Absent: nothing is asked of them. */
  readonly lifecycle?: LifecycleNeeds;
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
  /** Names of capabilities that each of this kind has, whatever its options; asked when a workflow is loaded. Absent: not known. */
  readonly can?: readonly string[];
  /** Whether it reads the context's `lifecycle`, so that it has to be opened anew when that changes. Absent: no. */
  readonly readsLifecycle?: boolean;
  /** Checks and completes `tracker.provider`; throws `tracker_invalid_config` with `path` (keys) in its facts. */
  parseOptions(options: JsonObject): JsonObject;
  /** Names of option keys whose values are secrets. */
  readonly secretKeys: readonly string[];
  open(options: JsonObject, context: AdapterContext): Promise<Tracker>;
}
