import { secondsIsoOf } from "../shared/clock.ts";
import { isWip, mergeabilityOf, opinionsOn } from "./mergeability.ts";
import type { CnbData, CnbPull, CnbRepo } from "./state.ts";
import { type Doing, repoById, userNamed } from "./world.ts";

const WEB = "https://cnb.cool";

export const at = secondsIsoOf;

export function userView(data: CnbData, username: string) {
  const { nickname, isNpc } = userNamed(data, username);
  return { username, nickname, email: "", freeze: false, is_npc: isNpc };
}

function repoView({ id, path }: CnbRepo) {
  return { id, name: path.split("/").at(-1) ?? path, path, web_url: `${WEB}/${path}` };
}

export function webOf({ path }: CnbRepo): string {
  return `${WEB}/${path}`;
}

/** A pull request as read by itself. */
export function pullView(doing: Doing, pull: CnbPull) {
  const { data, world } = doing;
  const repo = repoById(data, pull.repoId);
  const { state, blockedOn } = mergeabilityOf(doing, repo, pull);
  const baseSha = pull.baseShaAtMerge ?? world.git(repo).head(pull.base) ?? "";
  return {
    number: String(pull.number),
    title: pull.title,
    body: pull.body,
    state: pull.state === "merged" && world.ways.hasOlderPayloads ? "closed" : pull.state,
    is_wip: isWip(pull),
    mergeable_state: state,
    blocked_on: blockedOn,
    head: { ref: `refs/heads/${pull.head}`, sha: pull.headSha, repo: repoView(repo) },
    base: { ref: `refs/heads/${pull.base}`, sha: baseSha, repo: repoView(repo) },
    author: userView(data, pull.author),
    merged_by: pull.mergedBy === null ? null : userView(data, pull.mergedBy),
    labels: labelViews(repo, pull),
    reviewers: reviewerViews(data, pull),
  };
}

/** The same among others, with more about it. */
export function listedPullView(doing: Doing, pull: CnbPull) {
  const { data } = doing;
  const reviews = data.reviews.filter(({ pullId, state }) => pullId === pull.id && state !== "pending");
  return {
    ...pullView(doing, pull),
    assignees: pull.assignees.map((username) => userView(data, username)),
    comment_count: data.comments.filter(({ pullId }) => pullId === pull.id).length,
    review_count: reviews.length,
    created_at: at(pull.createdAt),
    updated_at: at(pull.updatedAt),
    last_acted_at: at(pull.updatedAt),
    repo: repoView(repoById(data, pull.repoId)),
  };
}

export function labelViews(repo: CnbRepo, pull: CnbPull) {
  return repo.labels.filter(({ name }) => pull.labels.includes(name));
}

function reviewerViews(data: CnbData, pull: CnbPull) {
  const opinions = opinionsOn(data, pull);
  const spoken = data.reviews.filter(({ pullId, state }) => pullId === pull.id && state !== "pending");
  const names = new Set([...pull.reviewers, ...spoken.map(({ author }) => author)]);
  names.delete(pull.author);
  return [...names].map((username) => {
    const opinion = opinions.find(({ author }) => author === username)?.state;
    const last = spoken.findLast(({ author }) => author === username)?.state;
    return { review_state: opinion ?? last ?? "pending", user: userView(data, username) };
  });
}
