import type {
  CommandDocument,
  DiffDocument,
  IssueDocument,
  IssueRow,
  Page,
  ProblemDocument,
  PromptDocument,
  SessionDocument,
} from "../../model/documents/api.ts";
import type { EventDocument, TranscriptLine } from "../../model/documents/event.ts";
import type { StatusDocument } from "../../model/documents/status.ts";
import { ApiProblem, problemOf } from "./problem.ts";

/** How long an answer may take, milliseconds; longer than a command waits for its own. */
const DEADLINE_MS = 15_000;
/** Most rows that the service gives at once. */
const LIMIT = 200;
/** Rows of finished issues that are asked for at once. */
const FINISHED_ROWS = 30;

/** What the page asks of the service. Each may reject with ApiProblem. */
export const client = {
  /** Uses up the token of a link. */
  openSession: (token: string) => post<SessionDocument>("/api/v2/session", { token }),
  status: () => get<StatusDocument>("/api/v2/status"),
  finished: (words: string, cursor: string | null) =>
    get<Page<IssueRow>>("/api/v2/issues", { state: "finished", q: words, cursor, limit: FINISHED_ROWS }),
  /** Every issue that has not ended. */
  open: () => all<IssueRow>("/api/v2/issues", { state: "open" }, () => undefined),
  issue: (identifier: string) => get<IssueDocument>(`/api/v2/issues/${encodeURIComponent(identifier)}`),
  /** All events after one, oldest first; `onPart` has those that came so far. */
  events: (laneId: string, after: number, onPart: Part<EventDocument>) =>
    all(`/api/v2/lanes/${encodeURIComponent(laneId)}/events`, { after }, onPart),
  diff: (laneId: string) => get<DiffDocument>(`/api/v2/lanes/${encodeURIComponent(laneId)}/diff`),
  /** All lines of a run behind the first so many; `onPart` has those that came so far. */
  transcript: (run: string, after: number, onPart: Part<TranscriptLine>) =>
    all(`/api/v2/runs/${run}/transcript`, { after }, onPart),
  prompt: (run: string) => get<PromptDocument>(`/api/v2/runs/${run}/prompt`),
  ask: (verb: string, body: Readonly<Record<string, string>>) =>
    post<CommandDocument>("/api/v2/commands", { verb, arguments: body }),
};

/** Told of a list while it comes: a long one is read before it is whole. */
type Part<T> = (items: readonly T[]) => void;
type Query = Readonly<Record<string, string | number | null>>;

function get<T>(path: string, query: Query = {}): Promise<T> {
  const used = Object.entries(query).flatMap(([name, value]) =>
    value === null || value === "" ? [] : [[name, String(value)]],
  );
  return send<T>(used.length === 0 ? path : `${path}?${new URLSearchParams(used)}`, {});
}

function post<T>(path: string, body: object): Promise<T> {
  return send<T>(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Follows a list to its end. */
async function all<T>(path: string, query: Query, onPart: Part<T>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    // The first page says where to begin; the others go on from the page before.
    const page: Page<T> = await get<Page<T>>(path, {
      ...query,
      ...(cursor === null ? {} : { after: null }),
      cursor,
      limit: LIMIT,
    });
    items.push(...page.items);
    cursor = page.next;
    if (cursor !== null) onPart(items);
  } while (cursor !== null);
  return items;
}

async function send<T>(path: string, init: RequestInit): Promise<T> {
  try {
    const response = await fetch(path, { ...init, signal: AbortSignal.timeout(DEADLINE_MS) });
    if (!response.ok) throw await refusalOf(response);
    return await response.json();
  } catch (error) {
    throw problemOf(error);
  }
}

async function refusalOf(response: Response): Promise<ApiProblem> {
  try {
    const { error }: ProblemDocument = await response.json();
    return new ApiProblem(response.status, error.code, error.message, error.hint ?? null);
  } catch {
    // Whoever answered was not the service, e.g. a proxy in front of it.
    return new ApiProblem(response.status, "unknown", `The answer was ${response.status} ${response.statusText}.`);
  }
}
