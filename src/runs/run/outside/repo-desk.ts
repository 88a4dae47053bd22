import { MaestroError } from "../../../base/errors.ts";
import type { RunOutside } from "../../../contracts/run-outside.ts";
import type { LaneTree } from "../../../git/index.ts";
import type { Lane, LaneBranch } from "../../../model/lane.ts";
import { outboxKey } from "../../../model/outbox.ts";
import { laneTree, type WorkContext } from "../../context.ts";
import { gitOf, pushRow } from "../../push.ts";
import { takeOver } from "../take-over.ts";
import type { ToolWrites } from "./tool-writes.ts";

/** Longest end of a push that the session's end waits for, milliseconds. */
const PUSH_END_MS = 120_000;

/** The lane's tree and branch, by the host's Git. `path` is the workspace. */
export function repoDesk(context: WorkContext, path: string, writes: ToolWrites): RunOutside["repo"] {
  const { workflow } = context;
  const pushes = new Map<string, Promise<string | null>>();
  const tree = (): LaneTree => laneTree(context, path) ?? refuseWithout();
  return {
    status: async ({ signal }) => {
      const { branch } = tree();
      const { headSha, dirtyFiles, unpushed, conflicts = [] } = await gitOf(context).inspect(tree(), signal);
      const { pushedSha } = await branchOf(context);
      const base = workflow.repo?.baseBranch ?? "";
      return { branch, base, headSha, pushedSha, unpushed, dirtyFiles, conflicts };
    },
    diff: ({ signal, maxBytes }) => gitOf(context).workingDiff(tree(), maxBytes, signal),
    commit: async (message, { signal }) => {
      const before = await gitOf(context).inspect(tree(), signal);
      const taken = (await takeOver(context, path, context.parts.secrets.redact(message))) ?? refuseWithout();
      return { ...taken, committed: taken.headSha !== before.headSha };
    },
    syncBase: async ({ signal }) => {
      const result = await gitOf(context).mergeBase(tree(), signal);
      // The new head goes on record; nothing else is there to be committed.
      if (result === "merged") await takeOver(context, path, null);
      const { conflicts = [] } = await gitOf(context).inspect(tree(), signal);
      return { result, conflicts };
    },
    push: async ({ signal }) => {
      const headSha = await committedHead(context, tree(), path, signal);
      const { name, pushedSha } = await branchOf(context);
      if (pushedSha === headSha) return { headSha, result: "already" };
      const { lease, work, scope } = context;
      const revision = `${headSha}-fence-${lease.fence}-tool`;
      const key = outboxKey(work.laneId, "push", name, revision);
      const intent = { kind: "push", branch: name, sha: headSha, expected: pushedSha } as const;
      let push = pushes.get(headSha);
      if (push === undefined) {
        push = writes.plan(key, intent).then((row) => pushRow(context, row));
        pushes.set(headSha, push);
        const ended = push.then(
          () => undefined,
          () => undefined,
        );
        // Whatever a caller waits for, a push that was begun is brought to its end before the work is settled.
        scope.defer("push", () => ended, PUSH_END_MS);
        void ended.then(() => pushes.delete(headSha));
      }
      return { headSha, result: await push };
    },
  };
}

/** The head as it is on record. In a clone the agent's own commits are put there first. */
async function committedHead(context: WorkContext, tree: LaneTree, path: string, signal: AbortSignal): Promise<string> {
  const { headSha, dirtyFiles } = await gitOf(context).inspect(tree, signal);
  const known = await branchOf(context);
  if (known.headSha === headSha) return headSha;
  if (dirtyFiles.length > 0) throw notCommitted(dirtyFiles);
  return (await takeOver(context, path, null))?.headSha ?? headSha;
}

/** The lane's branch on record. */
export async function branchOf(context: WorkContext): Promise<LaneBranch> {
  return (await laneOf(context)).branch ?? refuseWithout();
}

/** The lane on record. */
export async function laneOf({ parts, work }: WorkContext): Promise<Lane> {
  // What was observed a moment ago counts.
  await parts.record.flush();
  return (await parts.record.views.lane(work.laneId)) ?? refuseWithout();
}

function notCommitted(files: readonly string[]): MaestroError {
  return new MaestroError({
    code: "git_dirty_tree",
    message: `There is work that no commit has: ${files.slice(0, 10).join(", ")}. Call repo_commit first.`,
    facts: { files: files.slice(0, 50) },
  });
}

function refuseWithout(): never {
  throw new MaestroError({ code: "git_no_repository", message: "This run has no branch of a repository." });
}
