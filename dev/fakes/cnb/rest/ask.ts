import type { Reply } from "../../shared/http.ts";
import { type Json, textOf } from "../../shared/json.ts";
import { checkAccess } from "../identity.ts";
import { invalid } from "../refusal.ts";
import type { CnbPull, CnbRepo, CnbToken, Permission } from "../state.ts";
import { type Doing, findPull, findRepo, orThrow } from "../world.ts";

/** A request that found its route. */
export interface Ask extends Doing {
  readonly token: CnbToken;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Json;
}

/** What a request needs and may say, and what is done with it. */
export interface Route {
  /** `repo-pr:r`; none for what every token may. */
  readonly scope?: string;
  /** Of the token's owner; default `read`. */
  readonly permission?: Permission;
  /** Names that the query may have beside `page` and `page_size`. */
  readonly query?: readonly string[];
  /** Names that the body may have. */
  readonly body?: readonly string[];
  readonly answer: (ask: Ask) => Reply;
}

const DEFAULT_PAGE = 30;
const LARGEST_PAGE = 100;

/** The repository of the path, as far as the caller may know it and do this with it. */
export function repoOf(ask: Ask, route: Route): CnbRepo {
  const repo = orThrow(findRepo(ask.data, ask.params.repo ?? ""));
  checkAccess(ask.token, repo, route.scope ?? "", route.permission ?? "read");
  return repo;
}

export function hereOf(ask: Ask): CnbRepo {
  return orThrow(findRepo(ask.data, ask.params.repo ?? ""));
}

export function pullOf(ask: Ask): CnbPull {
  return findPull(ask.data, hereOf(ask), ask.params.number ?? "");
}

/** One page. Nothing tells whether another follows: a page that is not full is the last. */
export function page<T>(ask: Ask, items: readonly T[], view: (item: T) => unknown): unknown[] {
  const size = Math.min(LARGEST_PAGE, positive(ask.query.get("page_size") ?? String(DEFAULT_PAGE), "page_size"));
  const number = positive(ask.query.get("page") ?? "1", "page");
  const shown = items.slice((number - 1) * size, number * size);
  return shown.slice(0, ask.call.keep ?? size).map(view);
}

/** A text of the body; `undefined` when it is not there. */
export function text(body: Json, name: string): string | undefined {
  const value = body[name];
  if (value !== undefined && typeof value !== "string") throw invalid(`${name} must be a string`);
  return textOf(value);
}

export function requiredText(body: Json, name: string): string {
  const value = text(body, name);
  if (value === undefined || value === "") throw invalid(`${name} is required`);
  return value;
}

function positive(value: string, name: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw invalid(`${name} is invalid: ${value}`);
  return number;
}
