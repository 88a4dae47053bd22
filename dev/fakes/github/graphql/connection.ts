import type { Json } from "../../shared/json.ts";
import { Failure } from "./failure.ts";

export interface PageArguments {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}

const MOST = 100;

/** One page; a cursor is the place in the list. GitHub wants `first` or `last` and gives at most 100. */
export function connect(list: readonly Json[], page: PageArguments, name: string, keep = MOST): Json {
  const asked = page.first ?? page.last;
  if (asked == null) {
    throw new Failure(
      "MISSING_PAGINATION_BOUNDARIES",
      `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`,
    );
  }
  if (asked > MOST) {
    throw new Failure(
      "EXCESSIVE_PAGINATION",
      `Requesting ${asked} records on the \`${name}\` connection exceeds the \`first\` limit of ${MOST} records.`,
    );
  }
  const size = Math.min(asked, keep);
  const start = page.after == null ? 0 : Number(Buffer.from(page.after, "base64").toString().replace("cursor:", ""));
  const from = page.first == null ? Math.max(0, list.length - size) : start;
  const nodes = list.slice(from, from + size);
  const cursor = (index: number) => Buffer.from(`cursor:${index}`).toString("base64");
  return {
    nodes,
    edges: nodes.map((node, index) => ({ node, cursor: cursor(from + index + 1) })),
    totalCount: list.length,
    pageInfo: {
      hasNextPage: from + nodes.length < list.length,
      hasPreviousPage: from > 0,
      startCursor: nodes.length > 0 ? cursor(from + 1) : null,
      endCursor: nodes.length > 0 ? cursor(from + nodes.length) : null,
    },
  };
}
