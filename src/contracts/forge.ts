import type { JsonObject } from "../base/json.ts";
import type { Change } from "../model/change.ts";
import type { CallOptions } from "./outside.ts";
import type { AdapterContext } from "./tracker.ts";

/** What a forge can do; a missing verb is a located error where a profile needs it. */
export interface ForgeCapabilities {
  readonly reviews: boolean;
  readonly publishChecks: boolean;
  readonly merge: boolean;
}

/** What a change is to be. */
export interface ChangeDraft {
  readonly branch: string;
  readonly base: string;
  /** The pushed head that the change must show; another one is `forge_conflict`. */
  readonly headSha: string;
  readonly title: string;
  readonly body: string;
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
  /** Checks and completes `repo.provider`; throws `forge_invalid_config` with `path` (keys) in its facts. */
  parseOptions(options: JsonObject): JsonObject;
  readonly secretKeys: readonly string[];
  open(options: JsonObject, context: AdapterContext): Promise<Forge>;
}
