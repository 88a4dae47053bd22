import type { Route } from "./profile.ts";
import type { Workflow } from "./workflow.ts";

/** The policy that a run began under, as far as it decides what becomes of its lane: kept on record, because files change. */
export interface PolicyMark {
  readonly workflowHash: string;
  readonly profile: { readonly kind: string; readonly version: number; readonly hash: string };
  /** What each route does, in one word or two, by its name. */
  readonly routes: Readonly<Record<string, string>>;
  /** Routes that a hand-off or a result may name. */
  readonly next: readonly string[];
  readonly landing: string;
  readonly landedRoute: string | null;
}

/** The mark of a workflow as it is. */
export function policyMark({ hash, profile }: Workflow): PolicyMark {
  const { kind, version, completion } = profile;
  return {
    workflowHash: hash,
    profile: { kind, version, hash: profile.hash },
    routes: Object.fromEntries(profile.routes.map((route) => [route.name, actionOf(route)])),
    next: completion.routes,
    landing: completion.landing,
    landedRoute: completion.landedRoute,
  };
}

function actionOf({ action, target }: Route): string {
  return target === null ? action : `${action} to ${target}`;
}

/**
 * What the policy of now would do otherwise than that of a run with a lane that waits on `route`, one sentence each; none when it would
 * treat it as before, whatever else has changed. `route`: the one that the issue is on, when it is on one.
 */
export function policyChanges(then: PolicyMark, now: PolicyMark, route: string | null): string[] {
  const told: string[] = [];
  const differ = (what: string, before: string, after: string): void => {
    if (before !== after) told.push(`${what} was ${before}, and is ${after} now`);
  };
  differ("The profile", nameOf(then), nameOf(now));
  if (route !== null) {
    differ(
      `The route ${route}`,
      then.routes[route] ?? "none of the profile",
      now.routes[route] ?? "none of the profile",
    );
  }
  differ("Where work may go next", listed(then.next), listed(now.next));
  differ("Landing", words(then.landing), words(now.landing));
  differ("Where a landed issue goes", then.landedRoute ?? "nowhere", now.landedRoute ?? "nowhere");
  return told;
}

function nameOf({ profile }: PolicyMark): string {
  return `${profile.kind}, version ${profile.version}`;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "nowhere" : names.join(" or ");
}

function words(text: string): string {
  return text.replaceAll("_", " ");
}
