import type { Json } from "../shared/json.ts";
import { matches } from "./filter.ts";
import { refusal } from "./refusal.ts";

const DEFAULT_FIRST = 50;
const MOST = 250;

export interface PageArguments {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
  filter?: Json | null;
  orderBy?: "createdAt" | "updatedAt" | null;
  includeArchived?: boolean | null;
  sort?: unknown;
}

/** Newest first, as Linear orders by default; equal instants by id. */
function positionOf(node: Json, key: "createdAt" | "updatedAt"): string {
  return `${String(node[key] ?? "")} ${String(node.id)}`;
}

/** One page. The cursor names a place in the order, so an item that moves meanwhile is met twice or not at all, as in life. `keep` shortens it. */
export function connect(all: readonly Json[], page: PageArguments, keep = MOST): Json {
  if (page.last != null || page.before != null || page.sort != null) {
    throw refusal("Argument Validation Error", "This fake pages forward, by orderBy only.");
  }
  const first = Math.min(page.first ?? DEFAULT_FIRST, keep);
  if ((page.first ?? 1) < 1 || (page.first ?? 1) > MOST) {
    throw refusal("Argument Validation Error", `first must be between 1 and ${MOST}`);
  }
  const order = page.orderBy ?? "createdAt";
  const visible = all
    .filter((node) => page.includeArchived === true || node.archivedAt == null)
    .filter((node) => page.filter == null || matches(node, page.filter))
    .sort((a, b) => (positionOf(a, order) < positionOf(b, order) ? 1 : -1));
  const after = page.after == null ? undefined : Buffer.from(page.after, "base64url").toString();
  if (after !== undefined && !/^\S* \S+$/.test(after)) throw refusal("Invalid cursor", "The cursor is not valid.");
  const rest = after === undefined ? visible : visible.filter((node) => positionOf(node, order) < after);
  const nodes = rest.slice(0, first);
  const cursors = nodes.map((node) => Buffer.from(positionOf(node, order)).toString("base64url"));
  return {
    nodes,
    edges: nodes.map((node, index) => ({ node, cursor: cursors[index] })),
    pageInfo: {
      hasNextPage: rest.length > first,
      hasPreviousPage: after !== undefined,
      startCursor: cursors[0] ?? null,
      endCursor: cursors.at(-1) ?? null,
    },
  };
}
