import type { Clock } from "../../base/clock.ts";
import { isMaestroError, type MaestroError } from "../../base/errors.ts";
import { unknownChange } from "../../contracts/change-rules.ts";
import type { MergeMethod, MergeResult } from "../../contracts/forge.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { CnbApi } from "./api.ts";
import { type CommitBook, mergeTitle } from "./commits.ts";
import { unreadable } from "./errors.ts";
import { stateOf } from "./map.ts";
import type { ChangeReader } from "./reader.ts";
import type { Pull } from "./schema.ts";
import { validateMergeAnswer } from "./schema.gen.ts";

/** What merges are made with. */
export interface Merging {
  readonly api: CnbApi;
  readonly reader: ChangeReader;
  readonly commits: CommitBook;
  readonly clock: Clock;
  readonly method: MergeMethod;
}

/** Between two looks at a merge that is under way, or at branches that CNB is still comparing; milliseconds. */
const LOOK_MS = 1_000;
/** Looks at branches that are being compared, before the merge is asked for nevertheless. */
const MOST_LOOKS = 5;
/** Looks for a merge that was answered with yes, before the answer alone has to do. */
const LAG_LOOKS = 5;

/**
 * Merges the change while it stands at this head. CNB compares no head itself, so it is looked at immediately before and after: what was
 * merged in between from another head is told as `head_moved`, never as done.
 */
export async function mergeChange(
  merging: Merging,
  number: string,
  expectedHead: string,
  options: CallOptions,
): Promise<MergeResult> {
  const before = await compared(merging, number, options);
  const verdict = await verdictOn(merging, before, expectedHead, options);
  if (verdict !== undefined) return verdict;
  try {
    const answer = await ask(merging, before, options);
    return await confirm(merging, number, expectedHead, answer, options);
  } catch (error) {
    if (!isMaestroError(error) || !isRefusal(error)) throw error;
    return explain(merging, number, expectedHead, error, options);
  }
}

/** The pull request once CNB knows whether it merges. */
async function compared(merging: Merging, number: string, options: CallOptions): Promise<Pull> {
  for (let looks = 1; ; looks += 1) {
    const pull = await look(merging, number, options);
    if (pull.mergeable_state !== "checking" || looks === MOST_LOOKS) return pull;
    await merging.clock.sleep(LOOK_MS, options.signal);
  }
}

/** Why there is nothing to merge, or that it happened; `undefined`: it may be tried. */
async function verdictOn(
  { commits }: Pick<Merging, "commits">,
  pull: Pull,
  expectedHead: string,
  options: CallOptions,
): Promise<MergeResult | undefined> {
  const { number, head, mergeable_state, base } = pull;
  const state = stateOf(pull);
  if (state === "merged") {
    if (head.sha !== expectedHead) return mergedOther(pull, expectedHead);
    const sha = await commits.mergedAs(pull, options);
    return sha === null
      ? refusal("not_allowed", `Change #${number} was merged into a branch that is gone.`)
      : { kind: "already", sha };
  }
  if (state === "closed") return refusal("closed", `Change #${number} is closed.`);
  if (head.sha !== expectedHead)
    return refusal("head_moved", `Change #${number} is at ${head.sha}, not at ${expectedHead}.`);
  if (mergeable_state === "conflict" || mergeable_state === "no-merge-base") {
    return refusal("conflict", `Change #${number} conflicts with ${base.ref}.`);
  }
  return undefined;
}

function mergedOther({ number, head }: Pull, expectedHead: string): MergeResult {
  return refusal("head_moved", `Change #${number} was merged at ${head.sha}, not at ${expectedHead}.`);
}

/** The merged commit; `null`: the merge has begun. */
async function ask({ api, method }: Merging, pull: Pull, options: CallOptions): Promise<string | null> {
  const wish = { merge_style: method, commit_title: mergeTitle(pull.title, pull.number) };
  const path = `/pulls/${pull.number}/merge`;
  const answer = await api.write("PUT", path, wish, options);
  if (!validateMergeAnswer(answer)) throw unreadable(`PUT ${path}`);
  return answer.merged ? (answer.sha ?? "") : null;
}

/** Looks at what was merged. */
async function confirm(
  merging: Merging,
  number: string,
  expectedHead: string,
  answer: string | null,
  options: CallOptions,
): Promise<MergeResult> {
  for (let looks = 1; ; looks += 1) {
    const pull = await look(merging, number, options);
    const state = stateOf(pull);
    if (state === "merged") {
      if (pull.head.sha !== expectedHead) return mergedOther(pull, expectedHead);
      if (answer !== null && answer !== "") merging.commits.noteMerge(number, answer);
      const sha = await merging.commits.mergedAs(pull, options);
      if (sha !== null) return { kind: "merged", sha };
      return refusal("not_allowed", `Change #${number} was merged into a branch that is gone.`);
    }
    if (answer === null && pull.mergeable_state !== "merging") {
      return refusal(state === "closed" ? "closed" : "not_allowed", `CNB gave up merging change #${number}.`);
    }
    if (answer !== null && answer !== "" && looks === LAG_LOOKS) return { kind: "merged", sha: answer };
    await merging.clock.sleep(LOOK_MS, options.signal);
  }
}

function isRefusal({ code, facts }: MaestroError): boolean {
  return code === "forge_conflict" || (code === "forge_status" && Number(facts.status) < 500);
}

/** What CNB's refusal comes to: mostly the pull request tells it better than the words. */
async function explain(
  merging: Merging,
  number: string,
  expectedHead: string,
  error: MaestroError,
  options: CallOptions,
): Promise<MergeResult> {
  const pull = await look(merging, number, options);
  // Somebody else's merge is under way: what comes of it decides.
  if (pull.mergeable_state === "merging") return confirm(merging, number, expectedHead, null, options);
  const verdict = await verdictOn(merging, pull, expectedHead, options);
  if (verdict !== undefined) return verdict;
  const words = typeof error.facts.reason === "string" ? error.facts.reason : error.message;
  return refusal("not_allowed", `CNB does not merge it: ${words}`);
}

function refusal(code: Extract<MergeResult, { kind: "refused" }>["code"], sentence: string): MergeResult {
  return { kind: "refused", code, sentence };
}

async function look({ reader }: Merging, number: string, options: CallOptions): Promise<Pull> {
  const pull = await reader.pull(number, options);
  if (pull === undefined) throw unknownChange(number);
  return pull;
}
