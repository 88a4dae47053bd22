import type { Issue } from "../../model/issue.ts";
import type { CallOptions } from "../outside.ts";
import type { Tracker } from "../tracker.ts";
import { type ConformanceCase, check } from "./case.ts";

/** What a case may need beyond reading. An adapter that lacks one declares it as a gap, with the reason. */
export type TrackerFeature =
  | "move"
  | "comment"
  | "label"
  | "create"
  | "watch"
  | "claim"
  | "relate"
  | "blocking"
  | "attach"
  | "follow_up"
  | "persistence"
  | "malformed"
  | "faults"
  | "external_edit"
  | "undispatchable";

/** Gaps with their reasons. */
export type TrackerGaps = Readonly<Partial<Record<TrackerFeature, string>>>;

/** An issue that is there before a case begins. */
export interface SeedIssue {
  /** Unique within the case. An adapter that gives its own identifiers returns them from `seed`. */
  readonly identifier: string;
  readonly title: string;
  readonly state: string;
  readonly description?: string;
  readonly labels?: readonly string[];
  readonly priority?: number;
  readonly blockedBy?: readonly string[];
  readonly dispatchable?: boolean;
}

/** One outside system for one case, empty at first. */
export interface TrackerHarness {
  /** Puts issues there, before the first client. Returns them as ids and identifiers, in the same order. */
  seed(issues: readonly SeedIssue[]): Promise<readonly Pick<Issue, "id" | "identifier">[]>;
  /** A further client of the same system. */
  open(): Promise<Tracker>;
  /** Closes every client and opens one as a new process does. */
  reopen(): Promise<Tracker>;
  /** From now on the system cannot be reached: whoever asks it gets an error. */
  sever(): Promise<void>;
  /** The next call fails: `refused` and `lost_request` without an effect, `lost_answer` with it. */
  failNext?(fault: "refused" | "lost_request" | "lost_answer"): void;
  /** Makes a record such that no issue can be read from it (S-206). */
  breakIssue?(identifier: string): Promise<void>;
  /** A person changes an issue without Maestro. */
  editByHand?(identifier: string, change: { readonly state: string; readonly description: string }): Promise<void>;
  /** Lets a little time pass, so that a hint can arrive. */
  pause(): Promise<void>;
}

/** A case with what it needs. */
export interface TrackerCase extends ConformanceCase<TrackerHarness> {
  readonly needs?: readonly TrackerFeature[];
}

/** Options of a call that nobody aborts. */
export const calmly: CallOptions = { signal: new AbortController().signal };

/** Seeds one issue and opens a client. */
export async function withIssue(
  harness: TrackerHarness,
  seed: Partial<SeedIssue> = {},
): Promise<{ readonly tracker: Tracker; readonly id: string; readonly identifier: string }> {
  const [issue] = await harness.seed([{ identifier: "ISS-1", title: "One", state: "Todo", ...seed }]);
  check(issue !== undefined, "seed returns what it put there");
  return { tracker: await harness.open(), ...issue };
}

/** The issue as the tracker shows it now. */
export async function issueNow(tracker: Tracker, id: string): Promise<Issue> {
  const [issue] = await tracker.issuesByIds([id], calmly);
  check(issue !== undefined, `the issue ${id} is there`);
  return issue;
}

/** The code of the error that work throws, or `undefined`. */
export async function codeOf(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "no_code";
  }
}
