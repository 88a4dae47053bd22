import type { JsonObject } from "../base/json.ts";
import type { AuthorTrust } from "./change.ts";

/** Another issue that has to be finished first, as far as the tracker tells (S-008). */
export interface Blocker {
  readonly id: string | null;
  readonly identifier: string | null;
  readonly state: string | null;
}

/**
 * A work item as a tracker shows it, normalised (S-001…S-014). Every field is present: absent values are `null`,
 * absent collections are empty. `state` keeps the tracker's own spelling and is compared only by `sameState`.
 */
export interface Issue {
  /** Stable and opaque within the tracker's scope; the key of maps and refresh calls. */
  readonly id: string;
  /** What the provider needs to find it again; JSON-safe, never a secret, never interpreted outside its adapter. */
  readonly nativeRef: JsonObject | null;
  /** What people call it; unique within the scope; names the workspace. */
  readonly identifier: string;
  readonly title: string;
  readonly description: string | null;
  /** Lower is more urgent; `null` when the tracker has none. */
  readonly priority: number | null;
  readonly state: string;
  readonly branchName: string | null;
  readonly url: string | null;
  readonly assigneeId: string | null;
  /** Trimmed, lower case, without blanks or repeats. */
  readonly labels: readonly string[];
  readonly blockedBy: readonly Blocker[];
  /** The adapter's own word that its provider's rules allow work on it; the scheduler adds its rules on top. */
  readonly dispatchable: boolean;
  /** Who wrote it. Absent: the tracker does not tell. */
  readonly author?: string | null;
  /** How far its author may be believed. Absent: the tracker does not tell, because only members write there. */
  readonly authorTrust?: AuthorTrust;
  /** Epoch milliseconds, or `null` when unknown. */
  readonly createdAt: number | null;
  /** Epoch milliseconds, or `null` when unknown. */
  readonly updatedAt: number | null;
}

/** A remark on an issue. `topic` is set on those that Maestro keeps itself. */
export interface IssueComment {
  readonly id: string;
  readonly author: string;
  readonly body: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly topic: string | null;
  /** Absent: unknown, which counts as outsider. */
  readonly trust?: AuthorTrust;
}

/** The form in which two tracker states are compared: trimmed and lower case (S-006). */
export function stateKey(state: string): string {
  return state.trim().toLowerCase();
}

/** Whether two tracker states are the same one, whatever their spelling. */
export function sameState(left: string, right: string): boolean {
  return stateKey(left) === stateKey(right);
}

/** Labels as they are kept: trimmed, lower case, no blanks, no repeats, in the order in which they came (S-007). */
export function normaliseLabels(labels: readonly string[]): string[] {
  return [...new Set(labels.map((label) => label.trim().toLowerCase()).filter((label) => label !== ""))];
}

/** An RFC 3339 instant, or a date alone (midnight UTC), as epoch milliseconds; `null` for everything else (S-012). */
export function parseInstant(value: unknown): number | null {
  if (typeof value !== "string") return null;
  const text = value.trim();
  const isInstant = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:\d{2}))?$/.test(text);
  const at = isInstant ? Date.parse(text.replace(" ", "T")) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}
