import type { Clock } from "../../base/clock.ts";
import { isMaestroError, type MaestroError } from "../../base/errors.ts";
import { otherHead } from "../../contracts/change-rules.ts";
import type { ChangeDraft } from "../../contracts/forge.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { Change } from "../../model/change.ts";
import type { CnbApi } from "./api.ts";
import { noBase, otherBase, unreadable } from "./errors.ts";
import { draftTitle } from "./map.ts";
import type { ChangeReader, SeenChange } from "./reader.ts";
import { readBranch } from "./refs.ts";
import { validateLabel, validatePull } from "./schema.gen.ts";

/** What changes are made with. */
export interface Making {
  readonly api: CnbApi;
  readonly reader: ChangeReader;
  readonly clock: Clock;
  /** Set on every change. */
  readonly label: string | null;
}

/** CNB may show a push and a new pull request a moment later; the pauses between the looks, milliseconds. */
const LAG_PAUSES_MS: readonly number[] = [500, 1_000, 2_000];
/** Of a label that was not there. */
const LABEL_COLOR = "ededed";

/** Makes the one open change of a branch: finds it, else makes it, then brings text and labels up to date. */
export async function ensureChange(making: Making, draft: ChangeDraft, options: CallOptions): Promise<Change> {
  const { branch, headSha } = draft;
  const head = (await readBranch(making.api, branch, options)) ?? null;
  if (head !== headSha) throw otherHead(branch, headSha, head);
  const number = (await findOpen(making, branch, options)) ?? (await make(making, draft, options));
  const seen = await readAt(making, number, draft, options);
  if (seen.change.base !== draft.base) throw otherBase(seen.change, draft.base);
  if (!(await bringUpToDate(making, seen, draft, options))) return seen.change;
  return (await readAt(making, number, draft, options)).change;
}

/** The oldest open one, so that everybody who looks takes the same. */
async function findOpen({ reader }: Making, branch: string, options: CallOptions): Promise<string | undefined> {
  return (await reader.list("open", branch, options))[0]?.number;
}

/** Nothing keeps CNB from making a second one, so that whoever made one looks again and leaves it to the one who was first. */
async function make(making: Making, draft: ChangeDraft, options: CallOptions): Promise<string> {
  const { branch: head, base, title, body, draft: isDraft = false } = draft;
  const wish = { title: isDraft ? draftTitle(title, true) : title, body, head, base };
  const made = await post(making, wish, options);
  const first = (await findOpen(making, head, options)) ?? made;
  if (Number(first) >= Number(made)) return made;
  await making.api.write("PATCH", `/pulls/${made}`, { state: "closed" }, options);
  return first;
}

async function post(
  making: Making,
  wish: { readonly title: string; readonly body: string; readonly head: string; readonly base: string },
  options: CallOptions,
): Promise<string> {
  try {
    const made = await making.api.write("POST", "/pulls", wish, options);
    if (!validatePull(made)) throw unreadable("POST /pulls");
    return made.number;
  } catch (error) {
    if (!isMaestroError(error) || !isRefusal(error)) throw error;
    // The list may have lagged behind: what is refused because it is there can be found.
    const found = await findOpen(making, wish.head, options);
    if (found !== undefined) return found;
    if ((await readBranch(making.api, wish.base, options)) === undefined) throw noBase(wish.base);
    throw error;
  }
}

function isRefusal({ code, facts }: MaestroError): boolean {
  return code === "forge_conflict" || (code === "forge_status" && Number(facts.status) < 500);
}

/** The change once CNB shows it at the head that was pushed. */
async function readAt(
  { reader, clock }: Making,
  number: string,
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

/** Returns whether anything was not as it should be. A draft stays one until it is told otherwise. */
async function bringUpToDate(
  { api, label }: Making,
  { change, pull }: SeenChange,
  draft: ChangeDraft,
  options: CallOptions,
): Promise<boolean> {
  const { title, body } = draft;
  const isSame = change.title === title && change.body === body;
  if (!isSame) {
    const wish = { title: pull.is_wip ? draftTitle(title, true) : title, body };
    await api.write("PATCH", `/pulls/${pull.number}`, wish, options);
  }
  const wanted = [...(label === null ? [] : [label]), ...(draft.labels ?? [])].map((name) => name.trim());
  const present = new Set((change.labels ?? []).map((name) => name.toLowerCase()));
  const labels = [...new Set(wanted)].filter((name) => name !== "" && !present.has(name.toLowerCase()));
  if (labels.length > 0) await setLabels(api, pull.number, labels, options);
  return !isSame || labels.length > 0;
}

/** CNB sets only labels that the repository has, so missing ones are made first. */
async function setLabels(api: CnbApi, number: string, labels: readonly string[], options: CallOptions): Promise<void> {
  for (const name of labels) {
    const known = await api.list("/labels", validateLabel, options, { keyword: name });
    if (known.some((label) => label.name === name)) continue;
    await api.write("POST", "/labels", { name, color: LABEL_COLOR, description: "" }, options);
  }
  await api.write("POST", `/pulls/${number}/labels`, { labels }, options);
}

/** Title and body as they are to be, and nothing else. */
export async function updateText(
  { api, reader }: Pick<Making, "api" | "reader">,
  number: string,
  { title, body }: { readonly title?: string; readonly body?: string },
  options: CallOptions,
): Promise<boolean> {
  const pull = await reader.pull(number, options);
  if (pull === undefined) return false;
  const titled = title === undefined ? {} : { title: pull.is_wip ? draftTitle(title, true) : title };
  await api.write("PATCH", `/pulls/${number}`, { ...titled, ...(body === undefined ? {} : { body }) }, options);
  return true;
}
