export type Permission = "none" | "read" | "triage" | "write" | "maintain" | "admin";

export interface GithubUser {
  id: number;
  login: string;
  type: "User" | "Bot" | "Organization";
}

/** A personal token, or one that an App's installation was given. */
export interface GithubToken {
  token: string;
  login: string;
  /** Highest right that it passes on, whatever its owner may do. */
  permission: Permission;
  /** `owner/name`; `null`: every repository of its owner. */
  repos: string[] | null;
  /** Epoch milliseconds. */
  expiresAt: number | null;
  /** The App behind an installation's token. */
  appId: number | null;
}

export interface GithubApp {
  id: number;
  slug: string;
  /** PEM (SPKI) that checks the App's JWTs. */
  publicKey: string;
  installations: { id: number; account: string; repos: string[] }[];
}

/** What a branch asks for, by classic protection or by a ruleset. */
export interface GithubRule {
  source: "classic" | "ruleset";
  branch: string;
  requiredChecks: string[];
  /** The head has to contain the base. */
  strict: boolean;
  approvals: number;
  resolveThreads: boolean;
  mergeQueue: boolean;
  /** Takes no direct push. */
  locked: boolean;
}

export interface GithubRepo {
  id: number;
  owner: string;
  name: string;
  private: boolean;
  defaultBranch: string;
  allow: { merge: boolean; squash: boolean; rebase: boolean; autoMerge: boolean };
  deleteBranchOnMerge: boolean;
  collaborators: { login: string; permission: Permission }[];
  labels: { id: number; name: string; color: string; description: string | null }[];
  rules: GithubRule[];
}

export interface GithubIssue {
  id: number;
  repoId: number;
  number: number;
  title: string;
  body: string | null;
  state: "open" | "closed";
  stateReason: "completed" | "not_planned" | "reopened" | "duplicate" | null;
  author: string;
  labels: string[];
  assignees: string[];
  locked: boolean;
  parentId: number | null;
  createdAt: number;
  updatedAt: number;
  closedAt: number | null;
  isPull: boolean;
}

export interface GithubComment {
  id: number;
  issueId: number;
  author: string;
  body: string;
  createdAt: number;
  updatedAt: number;
}

/** What a pull request has beside its issue; both have one id. */
export interface GithubPull {
  id: number;
  head: string;
  base: string;
  headSha: string;
  draft: boolean;
  mergedAt: number | null;
  mergedBy: string | null;
  mergeCommitSha: string | null;
  baseShaAtMerge: string | null;
  requestedReviewers: string[];
  autoMerge: { method: MergeMethod; by: string; at: number; title: string | null; message: string | null } | null;
  queuedAt: number | null;
}

export type MergeMethod = "merge" | "squash" | "rebase";

export interface GithubReview {
  id: number;
  pullId: number;
  author: string;
  body: string;
  state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED" | "PENDING";
  commitSha: string;
  submittedAt: number;
}

export interface GithubReviewComment {
  id: number;
  pullId: number;
  threadId: number;
  reviewId: number;
  author: string;
  body: string;
  inReplyTo: number | null;
  createdAt: number;
  updatedAt: number;
}

export interface GithubThread {
  id: number;
  pullId: number;
  path: string;
  line: number | null;
  side: "LEFT" | "RIGHT";
  commitSha: string;
  resolvedBy: string | null;
}

export interface GithubStatus {
  id: number;
  repoId: number;
  sha: string;
  context: string;
  state: "error" | "failure" | "pending" | "success";
  description: string | null;
  targetUrl: string | null;
  creator: string;
  createdAt: number;
}

export interface GithubCheckRun {
  id: number;
  repoId: number;
  suiteId: number;
  appId: number | null;
  name: string;
  sha: string;
  status: string;
  conclusion: string | null;
  startedAt: number;
  completedAt: number | null;
  detailsUrl: string | null;
  externalId: string | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  annotations: Record<string, unknown>[];
  /** What the job printed; served as the log of an Actions job with this id. */
  log: string | null;
}

export interface GithubEvent {
  id: number;
  issueId: number;
  event: string;
  actor: string;
  at: number;
  label?: string;
  otherId?: number;
}

export interface GithubProject {
  id: number;
  owner: string;
  number: number;
  title: string;
  fields: { id: string; name: string; options: { id: string; name: string }[] }[];
  items: {
    id: number;
    contentId: number;
    values: Record<string, string>;
    archived: boolean;
    createdAt: number;
    updatedAt: number;
  }[];
}

export interface GithubHook {
  id: number;
  repoId: number;
  url: string;
  secret: string;
  events: string[];
  active: boolean;
}

/** Everything the fake knows beside the Git repositories; plain data. */
export interface GithubData {
  users: GithubUser[];
  tokens: GithubToken[];
  apps: GithubApp[];
  repos: GithubRepo[];
  issues: GithubIssue[];
  blockers: { issueId: number; blockerId: number }[];
  comments: GithubComment[];
  pulls: GithubPull[];
  reviews: GithubReview[];
  reviewComments: GithubReviewComment[];
  threads: GithubThread[];
  statuses: GithubStatus[];
  checkRuns: GithubCheckRun[];
  events: GithubEvent[];
  projects: GithubProject[];
  hooks: GithubHook[];
  nextId: number;
}

const ORDER: readonly Permission[] = ["none", "read", "triage", "write", "maintain", "admin"];

export function atLeast(permission: Permission, wanted: Permission): boolean {
  return ORDER.indexOf(permission) >= ORDER.indexOf(wanted);
}

export function lesser(a: Permission, b: Permission): Permission {
  return atLeast(a, b) ? b : a;
}
