import { refusal } from "./errors.ts";

/** Items of a page when a client names no limit. */
export const DEFAULT_LIMIT = 50;

/** Where a page begins: so many items into what can be counted through, or behind a row of what has no end. */
export type Place = { readonly offset: number } | { readonly behind: string };

/** A place as a text for the next request. */
export function cursorOf(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/** The place in a cursor; the beginning without one. Throws `bad_query` for one that is not ours. */
export function placeOf(cursor: string | null): Place {
  if (cursor === null) return { offset: 0 };
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (typeof place === "object" && place !== null) {
      if ("behind" in place && typeof place.behind === "string") return { behind: place.behind };
      if ("offset" in place && isOffset(place.offset)) return { offset: place.offset };
    }
  } catch {
    // No JSON: the same as any other text that is no cursor.
  }
  throw notOurs();
}

/** The place in a list that is counted through. Throws `bad_query`. */
export function offsetOf(cursor: string | null): number {
  const place = placeOf(cursor);
  if ("offset" in place) return place.offset;
  throw notOurs();
}

function isOffset(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function notOurs() {
  return refusal("bad_query", "This is no cursor of this list.", "query/cursor");
}
