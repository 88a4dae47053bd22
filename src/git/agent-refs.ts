import type { Runtime } from "../contracts/runtime.ts";
import { lookWithin, readWithin } from "./agent-folder.ts";
import { isRefName } from "./refs.ts";

/** The refs of an agent's `.git`, read as data: names below `refs/heads/`, `refs/stash`, and where HEAD stands. */
export interface AgentRefs {
  /** The branch that HEAD names, or `null` when it is detached or unreadable. */
  readonly headBranch: string | null;
  /** The commit that HEAD stands on, or `null` before the first. */
  readonly head: string | null;
  /** Commits by full ref name. */
  readonly refs: ReadonlyMap<string, string>;
}

const SHA = /^[0-9a-f]{40}$/;
const BRANCH_OR_STASH = /^refs\/(?:heads\/|stash$)/;
const MAX_REFS = 2_000;
const MAX_DEPTH = 16;

/**
 * Reads an agent's refs, never through Git and never by its configuration. Names and hashes that Git would not have written are left out. Throws
 * `git_unsafe_workspace` when a ref is a link.
 */
export async function readAgentRefs(runtime: Runtime, tree: string): Promise<AgentRefs> {
  const refs = new Map<string, string>();
  for (const line of ((await readWithin(runtime, tree, ".git/packed-refs")) ?? "").split("\n")) {
    const [sha = "", name = ""] = line.split(" ");
    if (SHA.test(sha) && BRANCH_OR_STASH.test(name) && isRefName(name)) refs.set(name, sha);
  }
  for (const name of await looseRefs(runtime, tree, "refs/heads", 0)) {
    const sha = ((await readWithin(runtime, tree, `.git/${name}`)) ?? "").trim();
    if (SHA.test(sha) && BRANCH_OR_STASH.test(name) && isRefName(name)) refs.set(name, sha);
  }
  const stash = ((await readWithin(runtime, tree, ".git/refs/stash")) ?? "").trim();
  if (SHA.test(stash)) refs.set("refs/stash", stash);
  const head = ((await readWithin(runtime, tree, ".git/HEAD")) ?? "").trim();
  const name = /^ref: (refs\/heads\/.+)$/.exec(head)?.[1];
  if (name === undefined) return { headBranch: null, head: SHA.test(head) ? head : null, refs };
  return { headBranch: name.slice("refs/heads/".length), head: refs.get(name) ?? null, refs };
}

/** A commit that a file of the agent's `.git`, such as MERGE_HEAD, names first; `null` without one. */
export async function readAgentCommit(runtime: Runtime, tree: string, name: string): Promise<string | null> {
  const text = ((await readWithin(runtime, tree, `.git/${name}`)) ?? "").slice(0, 40);
  return SHA.test(text) ? text : null;
}

async function looseRefs(runtime: Runtime, tree: string, folder: string, depth: number): Promise<string[]> {
  if (depth > MAX_DEPTH || (await lookWithin(runtime, tree, `.git/${folder}`)) !== "directory") return [];
  const names: string[] = [];
  for (const entry of await runtime.list(`${tree}/.git/${folder}`)) {
    const name = `${folder}/${entry.name}`;
    if (entry.kind === "directory") names.push(...(await looseRefs(runtime, tree, name, depth + 1)));
    else if (!entry.name.endsWith(".lock")) names.push(name);
    if (names.length > MAX_REFS) break;
  }
  return names;
}
