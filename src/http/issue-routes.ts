import { setImmediate } from "node:timers/promises";
import type { IssueDocument, IssueRow, Page } from "../model/documents/api.ts";
import type { LaneRow } from "../model/documents/lane.ts";
import type { WaitingRow } from "../model/documents/status.ts";
import type { Respond, Workings } from "./call.ts";
import { param } from "./call.ts";
import { cursorOf, DEFAULT_LIMIT, type Place, placeOf } from "./cursor.ts";
import { refusal } from "./errors.ts";
import type { Reading } from "./parts.ts";
import { jsonReply } from "./reply.ts";
import type { StateCache } from "./state-cache.ts";

/** Closed lanes that are looked at in one go. */
const CHUNK = 200;
/** Closed lanes that one request looks at when a text is searched; the cursor goes on from there. */
const MOST_LOOKED_AT = 2_000;

/** Issues as people know them, whatever became of them. */
export function issueRoutes({ parts, states }: Workings) {
  const { reading, secrets } = parts;
  return {
    issues: async ({ query }) => {
      const limit = query.number("limit") ?? DEFAULT_LIMIT;
      const wanted = { state: query.text("state"), text: (query.text("q") ?? "").toLowerCase() };
      const place = placeOf(query.text("cursor"));
      return jsonReply(secrets, await issuePage(reading, states, { ...wanted, limit, place }));
    },
    issue: async (call) => {
      const wanted = param(call, "issue");
      const document = await issueDocument(reading, states, wanted);
      if (document === undefined) throw refusal("issue_not_found", `No issue is known as "${wanted}".`);
      return jsonReply(secrets, document);
    },
  } satisfies Record<string, Respond>;
}

interface Wanted {
  readonly state: string | null;
  readonly text: string;
  readonly limit: number;
  readonly place: Place;
}

/** What is not finished comes first and is counted through; finished lanes go on behind one, because there is no end to them. */
async function issuePage(reading: Reading, states: StateCache, wanted: Wanted): Promise<Page<IssueRow>> {
  const present = await presentRows(reading, states);
  const { state, limit, place } = wanted;
  if ("behind" in place) return pastPage(reading, present, [], wanted);
  const rows = present.filter((row) => (state === null || row.place === state) && matches(row, wanted.text));
  const { offset } = place;
  const items = rows.slice(offset, offset + limit);
  if (offset + limit < rows.length) return { version: 1, items, next: cursorOf({ offset: offset + limit }) };
  if (state !== null && state !== "finished") return { version: 1, items, next: null };
  // A full page says where the finished ones begin.
  if (items.length === limit) return { version: 1, items, next: cursorOf({ offset: offset + limit }) };
  return pastPage(reading, present, items, wanted);
}

async function pastPage(
  reading: Reading,
  present: readonly IssueRow[],
  first: readonly IssueRow[],
  { limit, text, place }: Wanted,
): Promise<Page<IssueRow>> {
  const taken = new Set(present.map((row) => row.issue_id));
  const items = [...first];
  let before = "behind" in place ? place.behind : null;
  // Without a text most of what is read is shown.
  const chunk = text === "" ? limit - items.length + 1 : CHUNK;
  for (let looked = 0; looked < MOST_LOOKED_AT; looked += chunk) {
    const { rows, next } = await reading.closedLanes(chunk, before);
    for (const row of rows) {
      if (items.length === limit)
        return { version: 1, items, next: before === null ? null : cursorOf({ behind: before }) };
      before = row.lane_id;
      const issue = rowOfLane(row);
      if (!taken.has(row.issue_id) && matches(issue, text) && (await isNewest(reading, row))) items.push(issue);
    }
    if (next === null) return { version: 1, items, next: null };
    // A long search must leave the process time for everything else.
    await setImmediate();
  }
  return { version: 1, items, next: before === null ? null : cursorOf({ behind: before }) };
}

/** An issue stands in the list once, with its newest lane. */
async function isNewest(reading: Reading, row: LaneRow): Promise<boolean> {
  return (await reading.newestLane(row.issue_id)) === row.lane_id;
}

/** Candidates without a lane, then open lanes. */
async function presentRows(reading: Reading, states: StateCache): Promise<readonly IssueRow[]> {
  const { document } = await states.get();
  const waiting = document.waiting.filter((row) => row.lane_id === null).map(rowOfCandidate);
  const open = await reading.openLanes();
  return [...waiting, ...open.map(rowOfLane)];
}

async function issueDocument(reading: Reading, states: StateCache, wanted: string): Promise<IssueDocument | undefined> {
  const lanes = await reading.lanesOfIssue(wanted);
  const { document } = await states.get();
  const candidate = document.waiting.find(
    (row) => row.lane_id === null && (row.issue_identifier === wanted || row.issue_id === wanted),
  );
  const [newest] = lanes;
  if (newest === undefined && candidate === undefined) return undefined;
  const lane = newest === undefined ? null : await reading.lane(newest.lane_id);
  const issue = candidate === undefined ? newest && rowOfLane(newest) : rowOfCandidate(candidate);
  return issue === undefined ? undefined : { version: 1, issue, lane, lanes };
}

function rowOfCandidate(row: WaitingRow): IssueRow {
  const { issue_id, issue_identifier, issue_url, title, state, stage, reason } = row;
  return {
    ...{ issue_id, issue_identifier, issue_url, title, state, stage, reason },
    place: "waiting",
    lane_id: null,
    branch: null,
    change_id: null,
    change_url: null,
    runs: 0,
    total_tokens: 0,
    updated_at: null,
  };
}

function rowOfLane(row: LaneRow): IssueRow {
  const { issue_id, issue_identifier, issue_url, title, state, stage, reason } = row;
  const { lane_id, branch, change_id, change_url, runs, updated_at } = row;
  return {
    ...{ issue_id, issue_identifier, issue_url, title, state, stage, reason },
    place: row.closed_at === null ? "open" : "finished",
    ...{ lane_id, branch, change_id, change_url, runs },
    total_tokens: row.tokens.total_tokens,
    updated_at,
  };
}

function matches(row: IssueRow, text: string): boolean {
  if (text === "") return true;
  return [row.issue_identifier, row.title, row.branch ?? ""].some((part) => part.toLowerCase().includes(text));
}
