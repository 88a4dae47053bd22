import type { Clock } from "../../base/clock.ts";
import { isMaestroError, MaestroError } from "../../base/errors.ts";
import { otherHead } from "../../contracts/change-rules.ts";
import type { ChangeDraft } from "../../contracts/forge.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { GithubClient } from "../../github/index.ts";
import type { Change } from "../../model/change.ts";
import { readBranch } from "./branches.ts";
import { noBase } from "./errors.ts";
import type { ChangeReader, SeenChange } from "./reader.ts";
import { validateListedPull } from "./schema.gen.ts";

/** What changes are made with. */
export interface Making {
  readonly client: GithubClient;
  readonly reader: ChangeReader;
  readonly clock: Clock;
  /** Set on every change. */
  readonly label: string | null;
}

/** GitHub shows a push and a new pull request a moment later; the pauses between the looks, milliseconds. */
const LAG_PAUSES_MS: readonly number[] = [500, 1_000, 2_000];

/** Makes the one open change of a branch: finds it, else makes it, then brings text, base and labels up to date. */
export async function ensureChange(making: Making, draft: ChangeDraft, options: CallOptions): Promise<Change> {
  const { branch, headSha } = draft;
  const head = (await readBranch(making.client, branch, options)) ?? null;
  if (head !== headSha) throw otherHead(branch, headSha, head);
  const number = (await findOpen(making, branch, options)) ?? (await make(making, draft, options));
  const seen = await readAt(making, number, draft, options);
  if (!(await bringUpToDate(making, seen, draft, options))) return seen.change;
  return (await readAt(making, number, draft, options)).change;
}

async function findOpen({ reader }: Making, branch: string, options: CallOptions): Promise<number | undefined> {
  return (await reader.from(branch, "open", options))[0];
}

/** Making it twice is refused by GitHub, whoever was faster. */
async function make(making: Making, draft: ChangeDraft, options: CallOptions): Promise<number> {
  const { branch: head, base, title, body, draft: isDraft = false } = draft;
  const route = "POST /repos/{owner}/{repo}/pulls";
  const wish = { title, head, base, body };
  try {
    const made = await making.client.write(route, { ...wish, ...(isDraft ? { draft: true } : {}) }, options);
    if (!validateListedPull(made)) throw making.client.unreadable(route, true);
    return made.number;
  } catch (error) {
    if (!isMaestroError(error) || error.code !== "forge_status") throw error;
    if (isDraft && /draft pull requests are not supported/i.test(error.message)) {
      return make(making, { ...draft, draft: false }, options);
    }
    if (!/already exists/i.test(error.message)) throw explain(draft, error);
    const found = await findOpen(making, head, options);
    if (found === undefined) throw hiddenChange(head, error);
    return found;
  }
}

function explain({ branch, base, headSha }: ChangeDraft, error: MaestroError): MaestroError {
  if (/\bhead invalid\b/.test(error.message)) return otherHead(branch, headSha, null);
  return /\bbase invalid\b/.test(error.message) ? noBase(base, error) : error;
}

/** GitHub says that there is one and does not list it yet. */
function hiddenChange(branch: string, cause: MaestroError): MaestroError {
  return new MaestroError({
    code: "forge_conflict",
    message: `GitHub has a pull request from ${branch} already and does not show it yet.`,
    retryable: true,
    facts: { branch },
    cause,
  });
}

/** The change once GitHub shows it at the head that was pushed. */
async function readAt(
  { reader, clock }: Making,
  number: number,
  draft: ChangeDraft,
  options: CallOptions,
): Promise<SeenChange> {
  for (const pause of [...LAG_PAUSES_MS, undefined]) {
    const [seen] = await reader.read([number], options);
    if (seen?.change.headSha === draft.headSha) return seen;
    if (pause === undefined) throw otherHead(draft.branch, draft.headSha, seen?.change.headSha ?? null);
    await clock.sleep(pause, options.signal);
  }
  throw otherHead(draft.branch, draft.headSha, null);
}

/** Returns whether anything was not as it should be. */
async function bringUpToDate(
  { client, label }: Making,
  { change, number }: SeenChange,
  draft: ChangeDraft,
  options: CallOptions,
): Promise<boolean> {
  const { title, body, base } = draft;
  const isSame = change.title === title && change.body === body && change.base === base;
  if (!isSame) {
    const wish = { pull_number: number, title, body, ...(change.base === base ? {} : { base }) };
    await client.write("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", wish, options);
  }
  const wanted = [...(label === null ? [] : [label]), ...(draft.labels ?? [])].map((name) => name.trim());
  const present = new Set((change.labels ?? []).map((name) => name.toLowerCase()));
  const labels = [...new Set(wanted)].filter((name) => name !== "" && !present.has(name.toLowerCase()));
  if (labels.length > 0) {
    const route = "POST /repos/{owner}/{repo}/issues/{issue_number}/labels";
    await client.write(route, { issue_number: number, labels }, options);
  }
  return !isSame || labels.length > 0;
}
