import type { Reply } from "../../shared/http.ts";
import { type Json, textOf, textsOf } from "../../shared/json.ts";
import { type Identity, permissionOn } from "../identity.ts";
import { forbidden, notFound } from "../refusal.ts";
import { atLeast, type GithubIssue, type GithubPull, type GithubRepo, type Permission } from "../state.ts";
import { type Doing, findIssue, findRepo, pullOf } from "../world.ts";

/** A REST request that found its route. */
export interface Ask extends Doing {
  readonly who: Identity;
  readonly params: Record<string, string>;
  readonly query: URLSearchParams;
  readonly body: Json;
}

export type Route = (ask: Ask) => Reply;

const DEFAULT_PAGE = 30;
const LARGEST_PAGE = 100;

/** The repository of the path, as far as the caller may know it and do this with it. `area` is what a token would need. */
export function repoOf(ask: Ask, wanted: Permission = "read", area = "contents"): GithubRepo {
  const repo = findRepo(ask.data, ask.params.owner ?? "", ask.params.repo ?? "");
  if (repo === undefined) throw notFound();
  const permission = permissionOn(ask.who, repo);
  if (!atLeast(permission, "read")) throw notFound();
  if (!atLeast(permission, wanted)) throw ask.who.kind === "nobody" ? notFound() : forbidden(`${area}=write`);
  return repo;
}

export function issueOf(ask: Ask, repo: GithubRepo): GithubIssue {
  return findIssue(ask.data, repo, Number(ask.params.issue_number ?? ask.params.pull_number));
}

export function pullRequestOf(ask: Ask, repo: GithubRepo): { issue: GithubIssue; pull: GithubPull } {
  const issue = issueOf(ask, repo);
  return { issue, pull: pullOf(ask.data, issue) };
}

/** One page with GitHub's `Link` header; `wrap` puts the page into an object where GitHub does. */
export function page<T>(ask: Ask, items: readonly T[], view: (item: T) => unknown, wrap?: string): Reply {
  const asked = Math.min(LARGEST_PAGE, Math.max(1, Number(ask.query.get("per_page") ?? DEFAULT_PAGE)));
  const size = Math.min(asked, ask.call.keep ?? asked);
  const number = Math.max(1, Number(ask.query.get("page") ?? 1));
  const last = Math.max(1, Math.ceil(items.length / size));
  const { origin, path } = ask.call.request;
  const address = (target: number) => {
    const query = new URLSearchParams(ask.query);
    query.set("page", String(target));
    if (size !== asked) query.set("per_page", String(size));
    return `<${origin}${path}?${query}>`;
  };
  const links = [
    ...(number > 1 ? [`${address(number - 1)}; rel="prev"`, `${address(1)}; rel="first"`] : []),
    ...(number < last ? [`${address(number + 1)}; rel="next"`, `${address(last)}; rel="last"`] : []),
  ];
  const shown = items.slice((number - 1) * size, number * size).map(view);
  const body = wrap === undefined ? shown : { total_count: items.length, [wrap]: shown };
  return { status: 200, body, headers: links.length > 0 ? { link: links.join(", ") } : {} };
}

export function text(body: Json, key: string): string | undefined {
  return textOf(body[key]);
}

/** Names of labels come as text or as objects. */
export function names(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one) =>
    typeof one === "object" && one !== null ? textsOf([(one as Json).name]) : textsOf([one]),
  );
}
