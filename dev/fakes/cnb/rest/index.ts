import type { Route } from "./ask.ts";
import { CHECK_ROUTES } from "./checks.ts";
import { COMMENT_ROUTES } from "./discussion.ts";
import { GIT_ROUTES } from "./git.ts";
import { PEOPLE_ROUTES } from "./people.ts";
import { PULL_ROUTES } from "./pulls.ts";
import { REPOSITORY_ROUTES } from "./repository.ts";
import { REVIEW_ROUTES } from "./reviews.ts";
import { SETTINGS_ROUTES } from "./settings.ts";

/** Every route that is served, by method and path. */
export const ROUTES: Record<string, Route> = {
  ...CHECK_ROUTES,
  ...COMMENT_ROUTES,
  ...GIT_ROUTES,
  ...PEOPLE_ROUTES,
  ...PULL_ROUTES,
  ...REPOSITORY_ROUTES,
  ...REVIEW_ROUTES,
  ...SETTINGS_ROUTES,
};

/** A repository's path may be nested, with slashes as they are or percent-encoded. */
const MATCHERS = Object.keys(ROUTES).map((route) => {
  const [method = "", path = ""] = route.split(" ");
  const source = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === "repo" ? "(?<repo>.+?)" : `(?<${name}>[^/]+)`,
  );
  return { route, method, pattern: new RegExp(`^${source}$`) };
});

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
