import type { Change } from "../../../model/change.ts";
import type { Issue } from "../../../model/issue.ts";
import type { GateName } from "../../../model/profile.ts";
import { allow, refuse, type Verdict } from "../../../model/verdict.ts";
import { describeGate, type GateFacts, judgeGate } from "../../../policy/index.ts";
import { laneTree, type WorkContext } from "../../context.ts";
import { gitOf } from "../../push.ts";
import { readChange } from "./change-reading.ts";

/**
 * Asks the host's own gate in the middle of a run, on what tree, remote, forge and record show at this moment: an agent's tool is no path
 * around it. The reason names all faults with what mends them.
 */
export async function askGate(
  context: WorkContext,
  gate: GateName,
  { path, issue }: { readonly path: string; readonly issue: Issue },
  signal: AbortSignal,
): Promise<Verdict> {
  const { parts, work, workflow } = context;
  // What was observed a moment ago counts.
  await parts.record.flush();
  const lane = await parts.record.views.lane(work.laneId);
  if (lane === undefined) return refuse("gate_shut", "The run's lane is not on record.");
  const seen = await look(context, path, signal);
  const now = parts.clock.now();
  const verdict = judgeGate(gate, { ...seen, workflow, lane, issue, changeSeenAt: now, now });
  return verdict.ok ? allow("gate_open", describeGate(verdict)) : refuse("gate_shut", describeGate(verdict));
}

async function look(
  context: WorkContext,
  path: string,
  signal: AbortSignal,
): Promise<Pick<GateFacts, "tree" | "remoteHead" | "change">> {
  const tree = laneTree(context, path);
  if (tree === null || context.workflow.repo === null) return { change: null };
  const git = gitOf(context);
  const { headSha, dirtyFiles } = await git.inspect(tree, signal);
  const { files } = await git.workingDiff(tree, 1, signal);
  return {
    tree: { headSha, isClean: dirtyFiles.length === 0, isChanged: files.length > 0 },
    remoteHead: (await git.remoteHead(tree.branch, signal)) ?? null,
    change: await changeNow(context, signal),
  };
}

/** An error is never read as absence: the gate says that the forge could not be asked. */
async function changeNow(context: WorkContext, signal: AbortSignal): Promise<Change | null | undefined> {
  if (context.parts.forge() === null) return null;
  try {
    return await readChange(context, signal);
  } catch (error) {
    signal.throwIfAborted();
    context.log.warn("the change could not be asked about for a gate", { error: String(error) });
    return undefined;
  }
}
