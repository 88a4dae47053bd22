import type { Change } from "../../model/change.ts";
import type { ChangeDraft, Forge } from "../forge.ts";
import type { CallOptions } from "../outside.ts";
import { type ConformanceCase, check } from "./case.ts";

/** What a case may need beyond the verbs. An adapter that lacks one declares it as a gap, with the reason. */
export type ForgeFeature = "content" | "faults" | "persistence" | "watch" | "old_checks" | "blank_comments";

/** Gaps with their reasons. */
export type ForgeGaps = Readonly<Partial<Record<ForgeFeature, string>>>;

/** One outside system for one case: no changes, and a base branch with one commit. */
export interface ForgeHarness {
  /** The name of the base branch. */
  readonly base: string;
  /** A further client of the same forge; where the forge can be used by several processes, from another one than the first. */
  open(): Promise<Forge>;
  /** Disposes every client and opens one as a new process does. */
  reopen(): Promise<Forge>;
  /** Commits these files on a branch (a new one begins at the base) and pushes it. Returns the new tip. */
  push(branch: string, files: Readonly<Record<string, string>>): Promise<string>;
  /** Makes the open change conflict with its base. */
  makeConflict(change: Change): Promise<void>;
  /** From now on the forge cannot be reached: whoever asks it gets an error. */
  sever(): Promise<void>;
  /** What happens to the next call of a verb: `refused` and `lost_request` come without its effect, `lost_answer` with it. */
  failNext?(verb: string, fault: "refused" | "lost_request" | "lost_answer" | "stale"): Promise<void>;
  /** Lets a little time pass, so that a hint can arrive. */
  pause(): Promise<void>;
}

/** A case with what it needs. */
export interface ForgeCase extends ConformanceCase<ForgeHarness> {
  readonly needs?: readonly ForgeFeature[];
}

/** Options of a call that nobody aborts. */
export const calmly: CallOptions = { signal: new AbortController().signal };

/** Pushes a branch with one new file and returns what a change of it is made of. */
export async function withBranch(harness: ForgeHarness, branch = "work/one"): Promise<ChangeDraft> {
  const headSha = await harness.push(branch, { [`${branch.replaceAll("/", "-")}.txt`]: "new\n" });
  return { branch, base: harness.base, headSha, title: `About ${branch}`, body: "What and why." };
}

/** Pushes a branch, opens a client and makes the change. */
export async function withOpenChange(
  harness: ForgeHarness,
  branch?: string,
): Promise<{ readonly forge: Forge; readonly change: Change; readonly draft: ChangeDraft }> {
  const forge = await harness.open();
  const draft = await withBranch(harness, branch);
  return { forge, draft, change: await forge.ensureChange(draft, calmly) };
}

/** The change as the forge shows it now. */
export async function changeNow(forge: Forge, id: string): Promise<Change> {
  const [change] = await forge.changesByIds([id], calmly);
  check(change !== undefined, `the change ${id} is there`);
  return change;
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
