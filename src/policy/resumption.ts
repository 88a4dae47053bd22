import { accountOf } from "../model/account.ts";
import type { Run } from "../model/lane.ts";
import { isFinal } from "../model/run.ts";
import type { Resumption } from "../model/session.ts";
import { addUsage, NO_USAGE } from "../model/usage.ts";

/** Earlier runs that a new session is told of. */
const MOST_RUNS = 3;
/** Files of one run that are named. */
const MOST_FILES = 20;
/** Longest text of one run, characters. */
const LONGEST_RUN = 2_000;

/** How many of a lane's newest runs are enough to decide on. */
export const RUNS_FOR_RESUMPTION = 10;

/** Failures that are the conversation's own: going on with it would end in the same way. */
const SPOILS_SESSION: readonly string[] = ["context_overflow", "run_loops"];

/** Failures of a start that the session to resume may be the reason of. */
const SPOILS_START: readonly string[] = ["startup_timeout", "response_timeout", "protocol", "process_exit"];

/** `<kind>/<id>` of the account that keeps the session of a lane's newest runs (oldest first); `null`: there is none to go on with. */
export function keptAccount(runs: readonly Run[]): string | null {
  return runs.findLast(({ session }) => session !== undefined)?.session?.account ?? null;
}

/**
 * What the next run of a lane builds on, with an agent of this kind on this account (absent: the machine's own). A session stays with its account:
 * another one knows nothing of it. `runs`: the newest ones, oldest first.
 */
export function planResumption(runs: readonly Run[], agent: string, account?: string): Resumption {
  const at = runs.findLastIndex(({ session }) => session !== undefined);
  const last = runs[at];
  const facts = { interrupted: last === undefined ? null : breakOf(last), earlier: describeEarlier(runs) };
  const place = accountOf(agent, account);
  const isKept = last?.session?.agent === agent && (last.session.account ?? place) === place;
  const isUsable = last !== undefined && isKept && !isSpoilt(last, runs.slice(at + 1));
  if (!isUsable) return { ...facts, session: null, baseline: null };
  return {
    ...facts,
    session: last.sessionId,
    baseline: addUsage(last.session?.baseline ?? NO_USAGE, last.usage),
  };
}

function isSpoilt({ outcome }: Run, later: readonly Run[]): boolean {
  const code = outcome?.reason.code ?? "";
  return SPOILS_SESSION.includes(code) || later.some((run) => SPOILS_START.includes(run.outcome?.reason.code ?? ""));
}

/** Why a run stopped in the middle of its work. What it was doing then may be half done. */
function breakOf({ outcome, turns }: Run): string | null {
  if (outcome === null || outcome.status === "succeeded" || turns === 0) return null;
  return outcome.reason.sentence;
}

/** What the newest runs came to: how they ended, what was said last, which files they changed. `null` when none did anything. */
function describeEarlier(runs: readonly Run[]): string | null {
  const told = runs.filter(({ turns, summary }) => turns > 0 || summary?.files?.length).slice(-MOST_RUNS);
  return told.length === 0 ? null : told.map(describeRun).join("\n\n");
}

function describeRun({ number, purpose, outcome, lastMessage, summary }: Run): string {
  const signal = outcome?.signal;
  const said = signal !== undefined && isFinal(signal) ? signal.summary : lastMessage;
  const files = summary?.files?.map(({ path }) => path) ?? [];
  const more = files.length > MOST_FILES ? ` and ${files.length - MOST_FILES} more` : "";
  const lines = [
    `Run ${number} (${purpose}): ${outcome?.reason.sentence ?? "its end is not known."}`,
    ...(said ? [`It said last: ${said}`] : []),
    ...(files.length > 0 ? [`Files that differ from the base: ${files.slice(0, MOST_FILES).join(", ")}${more}.`] : []),
  ];
  const text = lines.join("\n");
  return text.length <= LONGEST_RUN ? text : `${text.slice(0, LONGEST_RUN - 1)}…`;
}
