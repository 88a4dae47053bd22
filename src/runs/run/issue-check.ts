import { throwIfAborted } from "../../base/abort.ts";
import { toMaestroError } from "../../base/errors.ts";
import type { Issue } from "../../model/issue.ts";
import { ask } from "../ask.ts";
import type { WorkContext } from "../context.ts";

/** The issue as the tracker shows it now; `unknown` when it could not be asked, which is never taken for `gone` (S-131). */
export async function readIssue(context: WorkContext, signal: AbortSignal): Promise<Issue | "gone" | "unknown"> {
  const { parts, assignment, log } = context;
  const { id } = assignment.issue;
  try {
    const found = await ask(context, signal, (inner) => parts.tracker().issuesByIds([id], { signal: inner }));
    return found.find((issue) => issue.id === id) ?? "gone";
  } catch (error) {
    throwIfAborted(signal);
    log.warn("the run goes on without having asked the tracker", { error: toMaestroError(error) });
    return "unknown";
  }
}
