import type { Clock } from "../../base/clock.ts";
import { isMaestroError, type MaestroError } from "../../base/errors.ts";
import { isJsonArray } from "../../base/json.ts";
import { mergeVerdict, unknownChange } from "../../contracts/change-rules.ts";
import type { MergeMethod, MergeResult } from "../../contracts/forge.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { GithubClient } from "../../github/index.ts";
import { ENQUEUE } from "./documents.ts";
import type { ChangeReader, SeenChange } from "./reader.ts";
import { validateMergeAnswer } from "./schema.gen.ts";

/** What merges are made with. */
export interface Merging {
  readonly client: GithubClient;
  readonly reader: ChangeReader;
  readonly clock: Clock;
  readonly method: MergeMethod;
}

/** Between two looks at a change in the merge queue, milliseconds. */
const QUEUE_LOOK_MS = 10_000;
/** After which pauses a merge is asked for again while the base keeps moving. */
const AGAIN_MS: readonly number[] = [1_000, 2_000];

/** Merges exactly this head, directly or through the base's merge queue. */
export async function mergeChange(
  merging: Merging,
  number: number,
  expectedHead: string,
  options: CallOptions,
): Promise<MergeResult> {
  for (let turn = 0; ; turn += 1) {
    try {
      return await mergeOnce(merging, number, expectedHead, options);
    } catch (error) {
      if (!isMaestroError(error)) throw error;
      if (error.code === "forge_not_found") throw unknownChange(String(number));
      // 405 and 422: its rules; 409: its head. All say that nothing was merged.
      if (error.code !== "forge_conflict" && !isRefusal(error)) throw error;
      const pause = AGAIN_MS[turn];
      if (/base branch was modified/i.test(error.message) && pause !== undefined) {
        await merging.clock.sleep(pause, options.signal);
      } else {
        return explain(merging, number, expectedHead, error, options);
      }
    }
  }
}

async function mergeOnce(
  { client, method }: Merging,
  number: number,
  expectedHead: string,
  options: CallOptions,
): Promise<MergeResult> {
  const route = "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge";
  const wish = { pull_number: number, sha: expectedHead, merge_method: method };
  const answer = await client.write(route, wish, options);
  if (!validateMergeAnswer(answer) || !answer.merged) throw client.unreadable(route, true);
  return { kind: "merged", sha: answer.sha };
}

function isRefusal({ code, facts }: MaestroError): boolean {
  return code === "forge_status" && (facts.status === 405 || facts.status === 422);
}

/** What GitHub's refusal comes to: mostly the change tells it better than the words. */
async function explain(
  merging: Merging,
  number: number,
  expectedHead: string,
  error: MaestroError,
  options: CallOptions,
): Promise<MergeResult> {
  const seen = await look(merging, number, options);
  const verdict = mergeVerdict(seen.change, expectedHead);
  if (verdict !== undefined && (verdict.kind !== "refused" || verdict.code !== "not_allowed")) return verdict;
  if (error.code === "forge_conflict") return refusedBy("head_moved", error);
  if (/merge queue/i.test(error.message)) return mergeThroughQueue(merging, seen, expectedHead, options);
  return refusedBy("not_allowed", error);
}

function refusedBy(code: "head_moved" | "not_allowed", error: MaestroError): MergeResult {
  const { reasons } = error.facts;
  const words = isJsonArray(reasons) ? reasons.join("; ") : error.message;
  return { kind: "refused", code, sentence: `GitHub does not merge it: ${words.replace(/\s+/g, " ")}` };
}

/** Puts the change into the queue, unless it is there, and waits until the queue has decided. */
async function mergeThroughQueue(
  merging: Merging,
  first: SeenChange,
  expectedHead: string,
  options: CallOptions,
): Promise<MergeResult> {
  const { client, clock } = merging;
  if (!first.isQueued) await client.mutate(ENQUEUE, { id: first.nodeId, head: expectedHead }, options);
  for (;;) {
    const { change, isQueued } = await look(merging, first.number, options);
    if (change.state === "merged" && change.mergedSha !== null) return { kind: "merged", sha: change.mergedSha };
    if (change.state !== "open" || !isQueued) {
      const sentence = `The merge queue put change #${change.id} out without merging it.`;
      return { kind: "refused", code: change.state === "closed" ? "closed" : "not_allowed", sentence };
    }
    await clock.sleep(QUEUE_LOOK_MS, options.signal);
  }
}

async function look({ reader }: Merging, number: number, options: CallOptions): Promise<SeenChange> {
  const [seen] = await reader.read([number], options);
  if (seen === undefined) throw unknownChange(String(number));
  return seen;
}
