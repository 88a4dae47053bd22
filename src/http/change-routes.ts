import type { DiffDocument, Page } from "../model/documents/api.ts";
import type { ChangeDocument } from "../model/documents/change.ts";
import type { Respond, Workings } from "./call.ts";
import { param } from "./call.ts";
import { cursorOf, DEFAULT_LIMIT, offsetOf } from "./cursor.ts";
import { refusal } from "./errors.ts";
import type { HttpParts } from "./parts.ts";
import { jsonReply } from "./reply.ts";

/** Longest diff, bytes. */
const MAX_DIFF = 1024 * 1024;
const STATES = ["open", "merged", "closed"] as const;

/** Changes as the forge shows them now. */
export function changeRoutes({ parts }: Workings) {
  const { changes, secrets } = parts;
  return {
    changes: async ({ query, late }) => {
      const state = STATES.find((known) => known === query.text("state")) ?? null;
      const limit = query.number("limit") ?? DEFAULT_LIMIT;
      const offset = offsetOf(query.text("cursor"));
      const all = await changes.list(state, late.signal);
      const end = offset + limit;
      const next = end < all.length ? cursorOf({ offset: end }) : null;
      const page: Page<ChangeDocument> = { version: 1, items: all.slice(offset, end), next };
      return jsonReply(secrets, page);
    },
    change: async (call) => {
      const change = await changeOf(parts, param(call, "change"), call.late.signal);
      return jsonReply(secrets, { version: 1, ...change });
    },
    changeDiff: async (call) => jsonReply(secrets, await diffDocument(parts, param(call, "change"), call.late.signal)),
  } satisfies Record<string, Respond>;
}

async function changeOf({ changes }: HttpParts, id: string, signal: AbortSignal): Promise<ChangeDocument> {
  const change = await changes.find(id, signal);
  if (change === undefined) throw refusal("change_not_found", `The forge has no change "${id}".`);
  return change;
}

/** A change as a diff, cut off at a line. */
export async function diffDocument(parts: HttpParts, id: string, signal: AbortSignal): Promise<DiffDocument> {
  const change = await changeOf(parts, id, signal);
  const diff = await parts.changes.diff(id, signal);
  const { text, truncated } = boundedDiff(diff);
  return { version: 1, source: "change", change_id: id, head_sha: change.head_sha, diff: text, truncated };
}

function boundedDiff(diff: string): { readonly text: string; readonly truncated: boolean } {
  if (Buffer.byteLength(diff) <= MAX_DIFF) return { text: diff, truncated: false };
  const head = Buffer.from(diff).subarray(0, MAX_DIFF);
  const end = head.lastIndexOf("\n") + 1;
  return { text: head.subarray(0, end).toString(), truncated: true };
}
