import { userView } from "../views.ts";
import { hereOf, page, type Route } from "./ask.ts";

/** The caller, and what a repository's settings say. */
export const SETTINGS_ROUTES: Record<string, Route> = {
  "GET /user": { answer: (ask) => ({ status: 200, body: userView(ask.data, ask.actor) }) },
  "GET /{repo}/-/settings/pull-request": {
    scope: "repo-manage:r",
    answer: (ask) => {
      const { merge, squash, rebase } = hereOf(ask).allow;
      const body = { allow_merge_commit_merge: merge, allow_squash_merge: squash, allow_rebase_merge: rebase };
      return { status: 200, body };
    },
  },
  "GET /{repo}/-/settings/branch-protections": {
    scope: "repo-manage:r",
    answer: (ask) => ({
      status: 200,
      body: page(ask, hereOf(ask).protections, (one) => ({
        id: one.branch,
        rule: one.branch,
        required_approved_review_count: one.approvals,
        required_status_checks: one.statusChecks,
        required_linear_history: one.linearHistory,
        required_must_push_via_pull_request: one.pullRequestsOnly,
      })),
    }),
  },
};
