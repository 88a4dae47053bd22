/** A tool and its arguments; `write` is the agent's own. */
export type Call = readonly [string, object];

/** How a run ends that hands its change off. */
export const END: readonly Call[] = [
  ["run_handoff", { summary: "Greets." }],
  ["run_finalize", { path: "hand_off" }],
];
/** What the workpad says in the end. */
export const WORKPAD = "Half of it is done.";
/** Every tool in the first run on an issue, also where it has to be refused. */
export const FIRST: readonly Call[] = [
  ["issue_snapshot", {}],
  ["issue_snapshot", { issue_id: "2" }],
  ["issue_workpad", { body: "Just begun." }],
  ["issue_workpad", { body: WORKPAD }],
  ["issue_workpad", { body: WORKPAD }],
  ["issue_comment", { body: "Found the place." }],
  ["issue_comment", { body: "Found the place." }],
  ["issue_attach", { url: "https://example.invalid/design", title: "Design" }],
  ["issue_follow_up", { title: "Say bye too", blocked_by_this: true }],
  ["issue_follow_up", { title: "Say bye too", blocked_by_this: true }],
  ["issue_relations", {}],
  ["issue_update", { add_labels: ["greeting"], priority: 2 }],
  ["issue_update", { add_labels: ["status:Done"] }],
  ["issue_update", { add_labels: ["ship-it"] }],
  ["issue_move", { state: "Done" }],
  ["change_open", { title: "Too early", body: "Nothing is pushed." }],
  ["change_comment", { body: "There is none." }],
  ["write", { path: "greeting.txt", text: "Hello.\n" }],
  ["repo_status", {}],
  ["repo_diff", {}],
  ["repo_commit", { message: "Greet" }],
  ["repo_sync_base", {}],
  ["repo_push", {}],
  ["change_open", { title: "Greet", body: "Says hello." }],
  ["change_open", { title: "Greet", body: "Says hello." }],
  ["issue_move", { state: "In Review" }],
  ["change_snapshot", {}],
  ["change_checks", {}],
  ["change_comment", { body: "CI, please." }],
  ["change_comment", { body: "CI, please." }],
  ["change_request_review", { reviewers: ["alice"] }],
  ["change_merge", { reason: "It is short." }],
  ["linear_graphql", { query: "{ viewer { id } }" }],
  ...END,
];
/** What answers a review of it. */
export const REPAIR: readonly Call[] = [
  ["change_discussion", {}],
  ["change_reply", { thread_id: "PRRT_nobody", body: "Which?" }],
  ["change_reply", { thread_id: { $: "thread" }, body: "Louder now.", resolve: true }],
  ["write", { path: "greeting.txt", text: "HELLO.\n" }],
  ["repo_commit", { message: "Louder" }],
  ["repo_push", {}],
  ["run_repair_done", { summary: "Louder." }],
  ["run_finalize", { path: "repair_done" }],
];
