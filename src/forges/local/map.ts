import type { Change, ChangeCheck, ChangeComment, ChangeReview } from "../../model/change.ts";
import type { ChangeFile } from "./schema.ts";

/** A change as it is kept. Head and base are those of the last write. */
export interface KeptChange {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly branch: string;
  readonly base: string;
  readonly state: Change["state"];
  readonly headSha: string;
  /** The base's tip when the change was made or merged: its merge commit is not older. */
  readonly baseSha: string;
  readonly mergedSha: string | null;
  readonly reviews: readonly ChangeReview[];
  readonly comments: readonly ChangeComment[];
  readonly checks: readonly ChangeCheck[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Where an open change stands in the repository. */
export interface Standing {
  readonly headSha: string | undefined;
  readonly baseSha: string | undefined;
  readonly mergeability: Change["mergeability"];
}

/** The change as it is shown. `standing` counts while it is open. */
export function toChange(kept: KeptChange, standing: Standing | undefined): Change {
  const { number, createdAt: _, ...shown } = kept;
  const now = kept.state === "open" ? standing : undefined;
  return {
    ...shown,
    id: String(number),
    url: null,
    draft: false,
    headSha: now?.headSha ?? kept.headSha,
    baseSha: kept.state === "open" ? (now?.baseSha ?? null) : kept.baseSha,
    mergeability: now?.mergeability ?? "unknown",
  };
}

/** What a file says. */
export function fromFile(file: ChangeFile): KeptChange {
  return {
    number: file.number,
    title: file.title,
    body: file.body,
    branch: file.branch,
    base: file.base,
    state: file.state,
    headSha: file.head_sha,
    baseSha: file.base_sha,
    mergedSha: file.merged_sha,
    reviews: file.reviews.map(({ head_sha, ...review }) => ({ ...review, headSha: head_sha })),
    comments: file.comments,
    checks: file.checks.map(({ head_sha, ...check }) => ({ ...check, headSha: head_sha })),
    createdAt: file.created_at,
    updatedAt: file.updated_at,
  };
}

/** What is written into a file. */
export function toFile(kept: KeptChange): ChangeFile {
  return {
    version: 1,
    number: kept.number,
    title: kept.title,
    body: kept.body,
    branch: kept.branch,
    base: kept.base,
    state: kept.state,
    head_sha: kept.headSha,
    base_sha: kept.baseSha,
    merged_sha: kept.mergedSha,
    reviews: kept.reviews.map(({ headSha, ...review }) => ({ ...review, head_sha: headSha })),
    comments: kept.comments.map((comment) => ({ ...comment })),
    checks: kept.checks.map(({ headSha, ...check }) => ({ ...check, head_sha: headSha })),
    created_at: kept.createdAt,
    updated_at: kept.updatedAt,
  };
}
