import type { CnbData, CnbProtection, CnbPull, CnbRepo, CnbReview } from "./state.ts";
import type { Doing } from "./world.ts";

export interface Mergeability {
  readonly state: "checking" | "mergeable" | "merging" | "merged" | "conflict" | "no-merge-base";
  readonly blockedOn:
    | "no_merge_base"
    | "internal_error"
    | "code_conflict"
    | "status_check"
    | "waiting_review"
    | "unblocked";
}

const PENDING = ["pending", "queued", "created", "running", "in_progress", "checking", ""];
const PASSED = ["success", "passed", "neutral", "skipped"];

/** All of a commit's statuses in one word; without any it waits. */
export function overallState(states: readonly string[]): "pending" | "success" | "failure" {
  if (states.some((state) => !PENDING.includes(state) && !PASSED.includes(state))) return "failure";
  return states.length === 0 || states.some((state) => PENDING.includes(state)) ? "pending" : "success";
}

/** The latest review that says yes or no, by each person but the author. */
export function opinionsOn(data: CnbData, pull: CnbPull): CnbReview[] {
  const latest = new Map<string, CnbReview>();
  for (const review of data.reviews) {
    if (review.pullId !== pull.id || review.author === pull.author) continue;
    if (review.state === "approved" || review.state === "changes_requested") latest.set(review.author, review);
    else if (review.state === "dismissed") latest.delete(review.author);
  }
  return [...latest.values()];
}

export function protectionOf(repo: CnbRepo, branch: string): CnbProtection | undefined {
  return repo.protections.find((one) => one.branch === branch);
}

/** A draft says so in its title: there is no field that makes one. */
export function isWip({ title }: CnbPull): boolean {
  return /^\s*(?:\[?(?:wip|draft)\]?\s*:|\[(?:wip|draft)\])/i.test(title);
}

/** `settled` looks past the first look after either side moved, which finds nothing worked out yet. */
export function mergeabilityOf(doing: Doing, repo: CnbRepo, pull: CnbPull, settled = false): Mergeability {
  if (pull.state === "merged") return { state: "merged", blockedOn: "unblocked" };
  if (pull.merging !== null) return { state: "merging", blockedOn: "unblocked" };
  const git = doing.world.git(repo);
  const base = git.head(pull.base);
  const isOpen = pull.state === "open";
  if (isOpen && !settled && isFirstLook(doing, pull, `${base} ${pull.headSha}`)) {
    return { state: "checking", blockedOn: "unblocked" };
  }
  if (pull.isBroken) return { state: "checking", blockedOn: "internal_error" };
  if (base === undefined || git.mergeBase(base, pull.headSha) === undefined) {
    return { state: "no-merge-base", blockedOn: "no_merge_base" };
  }
  if (git.mergeTree(base, pull.headSha) === undefined) return { state: "conflict", blockedOn: "code_conflict" };
  return { state: "mergeable", blockedOn: blockedByRules(doing.data, repo, pull) };
}

function blockedByRules(data: CnbData, repo: CnbRepo, pull: CnbPull): Mergeability["blockedOn"] {
  const protection = protectionOf(repo, pull.base);
  if (protection === undefined) return "unblocked";
  const states = data.statuses
    .filter((one) => one.repoId === repo.id && one.sha === pull.headSha)
    .map(({ state }) => state);
  if (protection.statusChecks && overallState(states) !== "success") return "status_check";
  const opinions = opinionsOn(data, pull).filter(({ author }) => repo.members[author] === "write");
  const approved = opinions.filter(({ state }) => state === "approved").length;
  const isRefused = protection.approvals > 0 && approved < opinions.length;
  return approved < protection.approvals || isRefused ? "waiting_review" : "unblocked";
}

/** A read that finds other commits than the last one sets off the work; all of that read sees nothing yet. */
function isFirstLook({ world, call }: Doing, pull: CnbPull, commits: string): boolean {
  const known = world.computed.get(pull.id);
  if (known?.commits === commits) return known.by === call;
  if (call.request.method === "GET") world.computed.set(pull.id, { commits, by: call });
  return true;
}
