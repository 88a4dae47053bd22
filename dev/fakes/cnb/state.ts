export type Permission = "read" | "write";
export type MergeStyle = "merge" | "squash" | "rebase";

export interface CnbUser {
  username: string;
  nickname: string;
  /** An account of a program. */
  isNpc: boolean;
}

export interface CnbToken {
  token: string;
  username: string;
  /** As in `repo-pr:rw`; `null`: all. */
  scopes: string[] | null;
  /** Issued for MCP: sees nothing below `/-/`. */
  isMcp: boolean;
}

/** What a branch asks for. */
export interface CnbProtection {
  branch: string;
  approvals: number;
  statusChecks: boolean;
  linearHistory: boolean;
  /** Takes no direct push. */
  pullRequestsOnly: boolean;
}

export interface CnbRepo {
  id: string;
  /** `group/sub/name`. */
  path: string;
  private: boolean;
  defaultBranch: string;
  allow: Record<MergeStyle, boolean>;
  members: Record<string, Permission>;
  labels: { id: string; name: string; color: string; description: string }[];
  protections: CnbProtection[];
}

/** Instants are epoch milliseconds. */
export interface CnbPull {
  id: string;
  repoId: string;
  number: number;
  title: string;
  body: string;
  state: "open" | "closed" | "merged";
  author: string;
  head: string;
  base: string;
  headSha: string;
  /** Where the base stood when it was merged. */
  baseShaAtMerge: string | null;
  mergedBy: string | null;
  mergeSha: string | null;
  /** A merge that was asked for and is under way. */
  merging: { style: MergeStyle; title: string | null; message: string | null; by: string; until: number } | null;
  /** Set by a test: the service cannot tell whether it could be merged. */
  isBroken: boolean;
  labels: string[];
  assignees: string[];
  reviewers: string[];
  createdAt: number;
  updatedAt: number;
}

export interface CnbComment {
  id: string;
  pullId: string;
  author: string;
  body: string;
  createdAt: number;
  updatedAt: number;
}

export type ReviewState = "approved" | "changes_requested" | "commented" | "dismissed" | "pending";

export interface CnbReview {
  id: string;
  pullId: string;
  author: string;
  body: string;
  state: ReviewState;
  createdAt: number;
}

export interface CnbReviewComment {
  id: string;
  reviewId: string;
  author: string;
  body: string;
  path: string;
  /** The head that was looked at. */
  commitHash: string;
  subjectType: "line" | "file";
  startLine: number | null;
  startSide: "left" | "right" | null;
  endLine: number | null;
  endSide: "left" | "right" | null;
  replyTo: string | null;
  createdAt: number;
}

export interface CnbStatus {
  repoId: string;
  sha: string;
  context: string;
  state: string;
  description: string;
  targetUrl: string;
  createdAt: number;
  updatedAt: number;
}

/** A run of CI with one pipeline of one stage. */
export interface CnbBuild {
  sn: string;
  repoId: string;
  sha: string;
  sourceRef: string;
  context: string;
  state: string;
  log: string[];
  createdAt: number;
}

/** Everything the fake knows beside the Git repositories; plain data. */
export interface CnbData {
  users: CnbUser[];
  tokens: CnbToken[];
  repos: CnbRepo[];
  pulls: CnbPull[];
  comments: CnbComment[];
  reviews: CnbReview[];
  reviewComments: CnbReviewComment[];
  statuses: CnbStatus[];
  builds: CnbBuild[];
  nextId: string;
}
