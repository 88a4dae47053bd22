import { isMaestroError } from "../../base/errors.ts";
import { laneTree, type WorkContext } from "../context.ts";
import { takeOver } from "./take-over.ts";

const CONFLICT =
  "The newest base was merged into this branch and conflicts with it. The files with conflicts hold conflict markers: resolve all of them.";

/**
 * Brings the newest base into a branch that is repaired, so that what is reviewed next can land. Returns the run's feedback, with a word
 * about conflicts that are left for the agent.
 */
export async function mergeNewestBase(context: WorkContext, path: string): Promise<string | null> {
  const { parts, workflow, assignment, signal } = context;
  const { feedback, purpose } = assignment;
  const git = parts.git(workflow);
  const tree = laneTree(context, path);
  if (purpose !== "repair" || git === null || tree === null) return feedback;
  const merge = () => git.mergeBase(tree, signal);
  let result: Awaited<ReturnType<typeof merge>>;
  try {
    result = await merge();
  } catch (error) {
    if (!isMaestroError(error) || error.code !== "git_dirty_tree") throw error;
    // A run before this one was broken off; what it left is part of the work.
    await takeOver(context, path, null);
    result = await merge();
  }
  return result === "conflict" ? [feedback, CONFLICT].filter((part) => part !== null).join("\n\n") : feedback;
}
