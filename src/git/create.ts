import { MaestroError } from "../base/errors.ts";
import { treeOnDisk } from "./agent-git.ts";
import { checkOut } from "./clean-checkout.ts";
import { gitCommand } from "./command.ts";
import { layoutOf } from "./git-dir.ts";
import type { GitLeftovers, HostGit, LaneTree } from "./host-git.ts";
import { inspectLane } from "./inspection.ts";
import { openLane, requireLane } from "./lane.ts";
import { mergeBase } from "./merge-base.ts";
import { undoBegunMerge } from "./merge-state.ts";
import { Mirror } from "./mirror.ts";
import type { HostGitOptions } from "./options.ts";
import type { GitParts, LaneGit } from "./parts.ts";
import { prepareLane } from "./preparation.ts";
import { push } from "./push.ts";
import { salvageLane } from "./salvage.ts";
import { salvageBranch } from "./salvage-branch.ts";
import { takeOver } from "./take-over.ts";
import { type Turns, turnsOf } from "./turns.ts";
import { workingDiff } from "./working-diff.ts";

/**
 * The host's Git for one project. Nothing is started and nothing is written before the first call. Work on one lane happens in the order in which it was
 * asked for, work on several side by side; that holds for all HostGits over one state directory in this process. No other process may use it.
 */
export function createHostGit(options: HostGitOptions): HostGit & GitLeftovers {
  const turns = turnsOf(options.runtime, options.stateDirectory);
  const git = gitCommand(options, turns);
  const layout = layoutOf(options.stateDirectory);
  const mirror = new Mirror(options, git, layout, turns.mirror);
  const parts: GitParts = { options, git, layout, mirror, indexes: turns.indexes };
  return { objects: layout.objects, ...laneWork(parts, turns), ...commitWork(parts) };
}

/** The part that works on a lane. */
function laneWork(
  parts: GitParts,
  turns: Turns,
): Pick<HostGit, "prepare" | "inspect" | "takeOver" | "mergeBase" | "workingDiff" | "salvage" | "forget"> {
  const inTurn = <T>(lane: LaneTree, signal: AbortSignal, work: () => Promise<T>): Promise<T> =>
    turns.lane(lane.workspaceKey).run(work, signal);
  const onLane = <T>(lane: LaneTree, signal: AbortSignal, work: (git: LaneGit) => Promise<T>): Promise<T> =>
    inTurn(lane, signal, async () => {
      const found = await requireLane(parts, lane, signal);
      await undoBegunMerge(parts, found, signal);
      return work(found);
    });
  return {
    prepare: (lane, signal) => inTurn(lane, signal, () => prepareLane(parts, lane, signal)),
    inspect: (lane, signal) => onLane(lane, signal, (git) => inspectLane(parts, git, signal)),
    takeOver: (lane, commit, signal) => onLane(lane, signal, (git) => takeOver(parts, git, commit, signal)),
    mergeBase: (lane, signal) => onLane(lane, signal, (git) => mergeBase(parts, git, signal)),
    workingDiff: (lane, maxBytes, signal) => onLane(lane, signal, (git) => workingDiff(parts, git, maxBytes, signal)),
    salvage: (lane, into, signal) =>
      inTurn(lane, signal, async () => {
        const found = await openLane(parts, lane, signal);
        if (found !== undefined) return salvageLane(parts, found, into, signal);
        await refuseUnknownFiles(parts, lane);
        return null;
      }),
    forget: (lane, signal) =>
      inTurn(lane, signal, async () => {
        parts.indexes.delete(lane.workspaceKey);
        await parts.options.runtime.remove(parts.layout.lane(lane.workspaceKey));
        await parts.mirror.forget(lane.branch, signal);
      }),
  };
}

/** The part that works on commits and the remote. */
function commitWork(
  parts: GitParts,
): Pick<HostGit, "refreshMirror" | "checkout" | "push" | "remoteHead" | "isAncestor" | "diff"> & GitLeftovers {
  const { git, mirror } = parts;
  return {
    refreshMirror: async (signal) => ({ baseSha: await mirror.refresh(await laneBranches(parts), signal) }),
    checkout: (sha, path, signal) => checkOut(parts, sha, path, signal),
    push: (branch, sha, expected, signal) => push(parts, { branch, sha, expected }, signal),
    lanes: () => laneTrees(parts),
    remoteHeads: async (prefix, signal) => {
      const all = await mirror.heads([], signal);
      return new Map([...all].filter(([branch]) => branch.startsWith(prefix)));
    },
    salvageBranch: (branch, head, into, signal) => salvageBranch(parts, { branch, head, into }, signal),
    remoteHead: async (branch, signal) => (await mirror.heads([branch], signal)).get(branch),
    isAncestor: async (ancestor, sha, signal) => {
      const args = ["merge-base", "--is-ancestor", ancestor, sha];
      return (await git(await mirror.place(), args, signal, { codes: [0, 1], isFixed: true })).code === 0;
    },
    diff: async (baseSha, sha, maxBytes, signal) => {
      const args = ["diff", "--no-ext-diff", "--no-textconv", "--no-color", baseSha, sha];
      return (await git(await mirror.place(), args, signal, { maxOutputBytes: maxBytes, cut: true })).stdout;
    },
  };
}

/** The branches of the lanes that have a git dir. */
async function laneBranches(parts: GitParts): Promise<string[]> {
  return (await laneTrees(parts)).map(({ branch }) => branch);
}

async function laneTrees({ options, layout }: GitParts): Promise<{ workspaceKey: string; branch: string }[]> {
  const { runtime } = options;
  if ((await runtime.stat(layout.lanes)) === undefined) return [];
  const trees: { workspaceKey: string; branch: string }[] = [];
  for (const { name } of await runtime.list(layout.lanes)) {
    const head = `${layout.lanes}/${name}/HEAD`;
    if ((await runtime.stat(head)) === undefined) continue;
    const branch = /^ref: refs\/heads\/(\S+)$/.exec((await runtime.readText(head)).trim())?.[1];
    if (branch !== undefined && branch !== "none") trees.push({ workspaceKey: name.replace(/\.git$/, ""), branch });
  }
  return trees;
}

/** Files that no git dir of the host knows may be somebody's work; a population that broke off has such a git dir. */
async function refuseUnknownFiles(parts: GitParts, lane: LaneTree): Promise<void> {
  if ((await treeOnDisk(parts.options, lane.path)) !== "files") return;
  if ((await parts.options.runtime.stat(parts.layout.lane(lane.workspaceKey))) !== undefined) return;
  throw new MaestroError({
    code: "git_no_lane",
    message: `${lane.path} holds files that the host's Git knows nothing of, so what is worth keeping cannot be told.`,
    hint: "Look at the folder, save what matters and remove it.",
    facts: { workspace: lane.workspaceKey, path: lane.path },
  });
}
