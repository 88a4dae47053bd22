import type { JsonObject } from "../base/json.ts";
import type { Change } from "../model/change.ts";
import type { ApiBudget, CallOptions, Delivery, DeliveryVerdict } from "./outside.ts";
import type { AdapterContext } from "./tracker.ts";

/** What a forge can do; a missing verb is a located error where a profile needs it. */
export interface ForgeCapabilities {
  readonly reviews: boolean;
  readonly publishChecks: boolean;
  readonly merge: boolean;
  readonly drafts?: boolean;
  /** What can be done with the threads of a review. */
  readonly threads?: "resolve" | "reply" | "none";
  /** Whether it tells which checks are required. */
  readonly knowsRequired?: boolean;
  readonly mergeMethods?: readonly MergeMethod[];
  /** Whether a merge itself compares the head; without it the adapter looks before and after. */
  readonly comparesHead?: boolean;
  readonly reviewers?: boolean;
  readonly labels?: boolean;
  readonly webhooks?: boolean;
}

/** How commits get into the base. */
export type MergeMethod = "merge" | "squash" | "rebase";

/** What a base branch asks of a change, as far as the forge tells. */
export interface BranchRules {
  /** `null`: not told. */
  readonly requiredChecks: readonly string[] | null;
  readonly requiredApprovals: number | null;
  readonly requiresResolvedThreads: boolean | null;
  readonly requiresMergeQueue: boolean | null;
}

/** What a change is to be. */
export interface ChangeDraft {
  readonly branch: string;
  readonly base: string;
  /** The pushed head that the change must show; another one is `forge_conflict`. */
  readonly headSha: string;
  readonly title: string;
  readonly body: string;
  readonly draft?: boolean;
  /** Set on the change whenever it is made or found; others stay. */
  readonly labels?: readonly string[];
}

/** A login for Git over HTTPS. The password is registered for redaction. */
export interface GitCredential {
  /** Exactly this host and no other is answered. */
  readonly host: string;
  readonly username: string;
  readonly password: string;
}

/** Result of a merge with an expected head. */
export type MergeResult =
  | { readonly kind: "merged" | "already"; readonly sha: string }
  | {
      readonly kind: "refused";
      readonly code: "head_moved" | "conflict" | "closed" | "not_allowed";
      readonly sentence: string;
    };

/**
 * A code platform. Verbs are idempotent intentions: asking twice does once. Every method may throw the `forge_…` codes
 * of `outside.ts`; none hangs beyond the signal.
 */
export interface Forge {
  readonly kind: string;
  readonly capabilities: ForgeCapabilities;
  /** Where branches are pushed: a path or URL for Git; `null` when the forge keeps no Git (memory). */
  remote(): string | null;
  /** The commit at the tip of a branch, or `undefined` when there is no such branch. */
  branchHead(branch: string, options: CallOptions): Promise<string | undefined>;
  /** Makes the one open change from `branch` to `base`; finds it when it is there. */
  ensureChange(draft: ChangeDraft, options: CallOptions): Promise<Change>;
  /** The newest change from this branch, whatever its state, or `undefined`. */
  findChange(branch: string, options: CallOptions): Promise<Change | undefined>;
  /** Those that exist; complete or an error. `[]` asks nothing. */
  changesByIds(ids: readonly string[], options: CallOptions): Promise<readonly Change[]>;
  list(filter: { readonly state: Change["state"] | null }, options: CallOptions): Promise<readonly Change[]>;
  /** The change as a unified diff. */
  diff(changeId: string, options: CallOptions): Promise<string>;
  /** A person's review of the present head. */
  review(
    changeId: string,
    review: {
      readonly author: string;
      readonly decision: "approved" | "changes_requested" | "commented";
      readonly body: string;
    },
    options: CallOptions,
  ): Promise<void>;
  comment(changeId: string, author: string, body: string, options: CallOptions): Promise<string>;
  /** Sets the result of a check that the host ran, for one head. */
  publishCheck(
    changeId: string,
    check: { readonly name: string; readonly headSha: string; readonly passed: boolean; readonly summary: string },
    options: CallOptions,
  ): Promise<void>;
  /** Sets title and body. */
  updateChange?(
    changeId: string,
    text: { readonly title?: string; readonly body?: string },
    options: CallOptions,
  ): Promise<void>;
  setDraft?(changeId: string, draft: boolean, options: CallOptions): Promise<void>;
  /** Answers in a review's thread; with a key, once. */
  reply?(changeId: string, threadId: string, body: string, options: CallOptions): Promise<void>;
  resolve?(changeId: string, threadId: string, options: CallOptions): Promise<void>;
  requestReviewers?(changeId: string, reviewers: readonly string[], options: CallOptions): Promise<void>;
  /** The end of a failed check's log, at most `maxBytes`; `null` when the forge keeps none. */
  checkLog?(
    changeId: string,
    check: string,
    options: CallOptions & { readonly maxBytes: number },
  ): Promise<string | null>;
  branchRules?(base: string, options: CallOptions): Promise<BranchRules>;
  budget?(): ApiBudget | null;
  /** Checks a webhook on its raw bytes. Pure but for the secret; never throws. */
  readDelivery?(delivery: Delivery): DeliveryVerdict;
  /** What Git needs to reach `remote()`, for exactly one host; `null` when it needs nothing. */
  gitCredential?(options: CallOptions): Promise<GitCredential | null>;
  /** Merges exactly this head into the base, or says why not. */
  merge(changeId: string, expectedHead: string, options: CallOptions): Promise<MergeResult>;
  close(changeId: string, options: CallOptions): Promise<void>;
  /** Deletes a branch, when it still stands at `expectedHead` (`null`: wherever). */
  deleteBranch(
    branch: string,
    expectedHead: string | null,
    options: CallOptions,
  ): Promise<"deleted" | "already" | "moved">;
  /** Calls back when something may have changed; a hint, never a fact. Returns how to stop. */
  watch(onHint: () => void): () => void;
  health(options: CallOptions): Promise<void>;
  dispose(): Promise<void>;
}

/** One forge kind. */
export interface ForgeProvider {
  readonly kind: string;
  /** Names of capabilities that each of this kind has, whatever its options; asked when a workflow is loaded. Absent: not known. */
  readonly can?: readonly string[];
  /** Checks and completes `repo.provider`; throws `forge_invalid_config` with `path` (keys) in its facts. */
  parseOptions(options: JsonObject): JsonObject;
  readonly secretKeys: readonly string[];
  open(options: JsonObject, context: AdapterContext): Promise<Forge>;
}
