import { guardedPaths } from "../../policy/index.ts";
import { laneTree, type WorkContext } from "../context.ts";

/** Longest first line of a commit message, characters. */
const LONGEST_SUBJECT = 72;

/** What the host found in the workspace after a run. */
export interface Taken {
  readonly headSha: string;
  readonly changed: boolean;
}

/** Commits what the agent left in its workspace and states what the host saw; `null` for a lane without a branch. */
export async function takeOver(context: WorkContext, path: string, summary: string | null): Promise<Taken | null> {
  const { parts, workflow, assignment, observer, tally, signal } = context;
  const git = parts.git(workflow);
  const tree = laneTree(context, path);
  if (git === null || tree === null) return null;
  const message = commitMessage(assignment.issue, summary);
  const { litter = [] } = await parts.agent(workflow);
  const { headSha, baseSha, changed, files: changes, mark } = await git.takeOver(tree, { message, litter }, signal);
  tally.looked(changes);
  const { dirtyFiles } = await git.inspect(tree, signal);
  const files = changes.map((file) => file.path);
  const guarded = guardedPaths(files, workflow.path.slice(workflow.path.lastIndexOf("/") + 1));
  await observer.observe({ type: "commit_seen", data: { headSha, changed, mark } });
  const count = files.length === 1 ? "1 file" : `${files.length} files`;
  await observer.observe({
    type: "evidence_recorded",
    data: {
      kind: "commit",
      witness: "host",
      ok: true,
      sentence: changed ? `The branch differs from its base in ${count}.` : "The branch does not differ from its base.",
      headSha,
      facts: {
        ...{ base_sha: baseSha, changed, files: files.slice(0, 200) },
        ...{ clean: dirtyFiles.length === 0, guarded: guarded.slice(0, 50) },
      },
    },
  });
  return { headSha, changed };
}

/** `<identifier>: <first line of the summary, else the title>`, then the whole summary when it has more to say. */
export function commitMessage(
  issue: { readonly identifier: string; readonly title: string },
  summary: string | null,
): string {
  const text = (summary ?? issue.title).trim();
  const first = text.split("\n")[0] ?? "";
  const subject = `${issue.identifier}: ${first}`;
  const isShort = subject.length <= LONGEST_SUBJECT;
  const head = isShort ? subject : `${subject.slice(0, LONGEST_SUBJECT - 1)}…`;
  return text === first && isShort ? `${head}\n` : `${head}\n\n${text}\n`;
}
