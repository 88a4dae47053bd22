import type { ApiRole } from "../model/api-token.ts";
import type { RouteSpec } from "./route-spec.ts";

/** Verbs that end or hold the whole service, or give a person's rights away. */
const ADMIN_VERBS: readonly string[] = ["stop", "drain"];

/** What a route needs: to look is reading, everything else is operating; a link opens a session, which may do everything. */
export function roleFor({ method, path }: RouteSpec): ApiRole {
  if (method === "GET") return "read";
  return path.endsWith("/session/link") ? "admin" : "operate";
}

/** What a command needs. */
export function roleForVerb(verb: string): ApiRole {
  return ADMIN_VERBS.includes(verb) ? "admin" : "operate";
}

const RANK: Readonly<Record<ApiRole, number>> = { read: 0, operate: 1, admin: 2 };

/** Whether a role may do what needs another. */
export function mayDo(role: ApiRole, needed: ApiRole): boolean {
  return RANK[role] >= RANK[needed];
}
