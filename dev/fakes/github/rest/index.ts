import { ACCOUNT_ROUTES } from "./account.ts";
import type { Route } from "./ask.ts";
import { CHECK_ROUTES } from "./checks.ts";
import { ISSUE_ROUTES } from "./issues.ts";
import { PROJECT_ROUTES } from "./projects.ts";
import { PULL_ROUTES } from "./pulls.ts";
import { RELATION_ROUTES } from "./relations.ts";
import { REPOSITORY_ROUTES } from "./repository.ts";
import { REVIEW_ROUTES } from "./reviews.ts";

/** Every route that is served, by method and path as GitHub publishes them. */
export const ROUTES: Record<string, Route> = {
  ...ACCOUNT_ROUTES,
  ...CHECK_ROUTES,
  ...ISSUE_ROUTES,
  ...PROJECT_ROUTES,
  ...PULL_ROUTES,
  ...RELATION_ROUTES,
  ...REPOSITORY_ROUTES,
  ...REVIEW_ROUTES,
};

interface Matcher {
  readonly route: string;
  readonly method: string;
  readonly pattern: RegExp;
}

/** A branch or a ref may contain slashes, so these two take the rest of the path up to what follows them. */
const MATCHERS: readonly Matcher[] = Object.keys(ROUTES)
  .map((route) => {
    const [method = "", path = ""] = route.split(" ");
    const source = path.replace(/\{(\w+)\}/g, (_, name: string) =>
      /^(ref|branch)$/.test(name) ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`,
    );
    return { route, method, pattern: new RegExp(`^${source}$`) };
  })
  .sort((a, b) => b.route.length - a.route.length);

/** The route of a request and its parameters, or `undefined` when it is not served. */
export function findRoute(method: string, path: string): { route: string; params: Record<string, string> } | undefined {
  for (const matcher of MATCHERS) {
    const found = matcher.method === method ? matcher.pattern.exec(path) : null;
    if (found === null) continue;
    const params = Object.entries(found.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]);
    return { route: matcher.route, params: Object.fromEntries(params) };
  }
  return undefined;
}
