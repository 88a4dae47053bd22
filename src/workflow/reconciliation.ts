import type { Category, Profile, RouteAction } from "../model/profile.ts";
import type { Reconciliation } from "../model/workflow.ts";
import { type Loading, report } from "./loading.ts";
import type { WorkflowFile } from "./schema/workflow-file.ts";

const KEY = ["workflow", "reconciliation", "change_proposal"];

/** Where each outcome may lead: to categories whose meaning it shares, and there to what the host or an agent then does. */
const TARGETS: Readonly<Record<keyof Reconciliation["outcomes"], readonly Category[]>> = {
  ready: ["merging"],
  changesRequested: ["rework", "in_progress"],
  failedChecks: ["rework", "in_progress"],
  alreadyMerged: ["done"],
};
const SWITCHED_OFF: readonly RouteAction[] = ["disabled"];

/** `workflow.reconciliation.change_proposal`, as far as it is switched on. Unknown routes and such of another meaning are located problems. */
export function readReconciliation(
  loading: Loading,
  { workflow }: WorkflowFile,
  profile: Profile | undefined,
): { readonly reconciliation?: Reconciliation } {
  const section = workflow.reconciliation.change_proposal;
  if (!section.enabled || profile === undefined) return {};
  const { candidates, gates, outcome_routes: routes, thresholds } = section;
  candidates.source_routes.forEach((name, at) => {
    if (profile.routes.some((route) => route.name === name)) return;
    report(loading, [...KEY, "candidates", "source_routes", at], { message: unknownRoute(name, profile) });
  });
  const outcomes = {
    ready: routes.ready ?? null,
    changesRequested: routes.changes_requested ?? null,
    failedChecks: routes.failed_checks ?? null,
    alreadyMerged: routes.already_merged ?? null,
  };
  checkTarget(loading, profile, "ready", outcomes.ready, TARGETS.ready);
  checkTarget(loading, profile, "changes_requested", outcomes.changesRequested, TARGETS.changesRequested);
  checkTarget(loading, profile, "failed_checks", outcomes.failedChecks, TARGETS.failedChecks);
  checkTarget(loading, profile, "already_merged", outcomes.alreadyMerged, TARGETS.alreadyMerged);
  return {
    reconciliation: {
      sourceRoutes: candidates.source_routes,
      gates: {
        approval: gates.approval_required,
        checks: gates.passing_checks_required,
        mergeable: gates.mergeable_required,
      },
      outcomes,
      confirmations: thresholds.failed_checks_confirmation_count,
      maxPerPoll: candidates.max_processed_issues_per_cycle,
    },
  };
}

function checkTarget(
  loading: Loading,
  profile: Profile,
  key: string,
  name: string | null,
  wanted: readonly Category[],
): void {
  if (name === null) return;
  const route = profile.routes.find((known) => known.name === name);
  const path = [...KEY, "outcome_routes", key];
  if (route === undefined) {
    report(loading, path, { message: unknownRoute(name, profile) });
    return;
  }
  if (wanted.includes(route.category) && !SWITCHED_OFF.includes(route.action)) return;
  const message = `must be a route of the category ${wanted.join(" or ")} that is not disabled; "${name}" is ${route.category}, ${route.action}`;
  report(loading, path, { message });
}

function unknownRoute(name: string, { kind, routes }: Profile): string {
  return `the profile ${kind} has no route "${name}"; it has ${routes.map((route) => route.name).join(", ")}`;
}
