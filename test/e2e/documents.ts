import { maestro, type Place } from "./program.ts";

// What tests read of Maestro's documents, written down once more: these are promises to people and programs.

/** `status --json` and `GET /api/v1/state`. */
export interface Status {
  readonly counts: Readonly<Record<"running" | "retrying" | "parked" | "review" | "closed", number>>;
  readonly service: { readonly running: boolean; readonly pid: number | null };
  readonly running: readonly { readonly issue_identifier: string; readonly lane_id: string; readonly run: number }[];
  readonly waiting: readonly { readonly issue_identifier: string }[];
  readonly recent: readonly { readonly lane_id: string; readonly run: number; readonly status: string }[];
  readonly codex_totals: { readonly total_tokens: number };
}

/** A line of `record export`. */
export interface Exported {
  readonly seq: number;
  readonly at: number;
  readonly lane_id: string | null;
  readonly run: number | null;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Asks the running service whose page this is. */
export async function stateAt(page: string): Promise<Status> {
  return JSON.parse(await (await fetch(new URL("/api/v1/state", page))).text());
}

/** Every event on record; `target` are the words that name the workflow. */
export async function exported(place: Place, ...target: readonly string[]): Promise<Exported[]> {
  const { code, out, err } = await maestro(place, "record", "export", ...target);
  if (code !== 0) throw new Error(`record export ended with ${code}: ${err}`);
  return out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** The identifier of each lane's issue, from the events. */
export function issuesOfLanes(events: readonly Exported[]): ReadonlyMap<string, string> {
  const opened = events.filter(({ type }) => type === "lane_opened");
  return new Map(
    opened.map(({ lane_id, data: { issue } }) => [
      lane_id ?? "",
      typeof issue === "object" && issue !== null && "identifier" in issue ? String(issue.identifier) : "",
    ]),
  );
}
