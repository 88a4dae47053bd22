import { throwIfAborted, withDeadline } from "../../base/abort.ts";
import { toMaestroError } from "../../base/errors.ts";
import type { Issue } from "../../model/issue.ts";
import type { WorkContext } from "../context.ts";

/** Tries before a turn goes on without having asked. */
const TRIES = 3;
/** Longest wait for one answer, milliseconds. */
const CALL_DEADLINE_MS = 30_000;
/** Pause after the first failed try, doubled after each, milliseconds. */
const FIRST_PAUSE_MS = 500;

/** The issue as the tracker shows it now; `unknown` when it could not be asked, which is never taken for `gone` (S-131). */
export async function readIssue(context: WorkContext, signal: AbortSignal): Promise<Issue | "gone" | "unknown"> {
  const { parts, assignment, log } = context;
  const { id } = assignment.issue;
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    try {
      const found = await withDeadline(parts.clock, CALL_DEADLINE_MS, signal, (inner) =>
        parts.tracker().issuesByIds([id], { signal: inner }),
      );
      return found.find((issue) => issue.id === id) ?? "gone";
    } catch (error) {
      throwIfAborted(signal);
      log.warn("the tracker could not be asked between turns", { attempt, error: toMaestroError(error) });
      if (attempt < TRIES) await parts.clock.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), signal);
    }
  }
  return "unknown";
}
