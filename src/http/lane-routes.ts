import type { Page } from "../model/documents/api.ts";
import type { EventDocument } from "../model/documents/event.ts";
import type { LaneDocument, LaneRow } from "../model/documents/lane.ts";
import type { Call, Respond, Workings } from "./call.ts";
import { param } from "./call.ts";
import { diffDocument } from "./change-routes.ts";
import { cursorOf, DEFAULT_LIMIT, offsetOf, type Place, placeOf } from "./cursor.ts";
import { refusal } from "./errors.ts";
import type { HttpParts, Reading } from "./parts.ts";
import { jsonReply } from "./reply.ts";

/** Lanes with all that belongs to them. */
export function laneRoutes({ parts }: Workings) {
  const { reading, secrets } = parts;
  return {
    lanes: async ({ query }) => {
      const limit = query.number("limit") ?? DEFAULT_LIMIT;
      const place = placeOf(query.text("cursor"));
      return jsonReply(secrets, await lanePage(reading, query.text("stage"), limit, place));
    },
    lane: async (call) => jsonReply(secrets, await laneOf(parts, call)),
    laneEvents: async (call) => jsonReply(secrets, await eventPage(parts, call)),
    laneDiff: async (call) => {
      const lane = await laneOf(parts, call);
      if (lane.change_id === null) throw refusal("no_change", `${lane.issue_identifier} has no change.`);
      return jsonReply(secrets, await diffDocument(parts, lane.change_id, call.late.signal));
    },
  } satisfies Record<string, Respond>;
}

async function laneOf({ reading }: HttpParts, call: Call): Promise<LaneDocument> {
  const id = param(call, "lane");
  const lane = await reading.lane(id);
  if (lane === null) throw refusal("lane_not_found", `No lane on record is called "${id}".`);
  return lane;
}

/** Open lanes are counted through, closed ones go on behind a lane. */
async function lanePage(reading: Reading, stage: string | null, limit: number, place: Place): Promise<Page<LaneRow>> {
  if ("behind" in place) return closedPage(reading, [], limit, place.behind);
  const open = stage === "closed" ? [] : await reading.openLanes();
  const { offset } = place;
  const items = open.slice(offset, offset + limit);
  if (offset + limit < open.length) return { version: 1, items, next: cursorOf({ offset: offset + limit }) };
  if (stage === "open") return { version: 1, items, next: null };
  // A full page says where the closed ones begin.
  if (items.length === limit) return { version: 1, items, next: cursorOf({ offset: offset + limit }) };
  return closedPage(reading, items, limit - items.length, null);
}

async function closedPage(
  reading: Reading,
  items: readonly LaneRow[],
  limit: number,
  before: string | null,
): Promise<Page<LaneRow>> {
  const { rows, next } = await reading.closedLanes(limit, before);
  return { version: 1, items: [...items, ...rows], next: next === null ? null : cursorOf({ behind: next }) };
}

async function eventPage(parts: HttpParts, call: Call): Promise<Page<EventDocument>> {
  const { query } = call;
  const laneId = param(call, "lane");
  const limit = query.number("limit") ?? DEFAULT_LIMIT;
  const newestFirst = query.flag("newest_first");
  const cursor = query.text("cursor");
  const after = query.number("after");
  const from = cursor === null ? null : offsetOf(cursor);
  const afterSeq = newestFirst ? after : (from ?? after);
  const events = await parts.reading.events({
    laneId,
    newestFirst,
    limit: limit + 1,
    ...(afterSeq === null ? {} : { afterSeq }),
    ...(newestFirst && from !== null ? { beforeSeq: from } : {}),
  });
  // A lane has events from its first moment on; only without any is it asked for.
  if (events.length === 0) await laneOf(parts, call);
  const items = events.slice(0, limit);
  const last = items.at(-1);
  const next = events.length > limit && last !== undefined ? cursorOf({ offset: last.seq }) : null;
  return { version: 1, items, next };
}
