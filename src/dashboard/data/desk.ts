import type { DiffDocument, IssueDocument, IssueRow, PromptDocument } from "../../model/documents/api.ts";
import type { EventDocument, TranscriptLine } from "../../model/documents/event.ts";
import type { StatusDocument } from "../../model/documents/status.ts";
import type { CommandVerb } from "../../model/command.ts";
import { tell } from "../parts/toasts.tsx";
import { sentenceCase } from "../words.ts";
import { createCell, type Cell } from "./cell.ts";
import { client } from "./client.ts";
import { type Connection, followEvents } from "./live.ts";
import { Pacer } from "./pacer.ts";
import { problemOf } from "./problem.ts";
import { Family, Resource } from "./resource.ts";

/** Least time between two requests that events cause, milliseconds. */
const REQUEST_GAP_MS = 500;

/** Finished issues that came so far. */
export interface FinishedList {
  readonly rows: readonly IssueRow[];
  /** `null`: these are all. */
  readonly next: string | null;
}

/** Everything that the page knows and may ask for. */
export interface Desk {
  readonly connection: Cell<Connection>;
  readonly status: Resource<StatusDocument>;
  /** Every issue that a lane holds. */
  readonly open: Resource<readonly IssueRow[]>;
  /** By the words that are searched for. */
  readonly finished: Family<FinishedList>;
  /** By identifier. */
  readonly issues: Family<IssueDocument>;
  /** By lane, oldest first. */
  readonly timelines: Family<readonly EventDocument[]>;
  /** By lane. */
  readonly diffs: Family<DiffDocument>;
  /** By `<lane>/<run>`. */
  readonly transcripts: Family<readonly TranscriptLine[]>;
  /** By `<lane>/<run>`. */
  readonly prompts: Family<PromptDocument>;
  moreFinished(words: string): Promise<void>;
  /** Asks something of the service and shows its answer. Returns whether it was carried out. Never rejects. */
  command(verb: CommandVerb, about?: Readonly<Record<string, string>>): Promise<boolean>;
  /** Tries at once to hear from the service again. */
  reconnect(): void;
}

/** Makes the desk and begins to follow the service. */
export function openDesk(): Desk {
  const connection = createCell<Connection>({ state: "connecting" });
  const documents = openDocuments();
  const follow = followDocuments(documents);
  const live = followEvents({
    url: "/api/v2/events",
    fetch: (input, init) => fetch(input, init),
    onRecord: (data) => follow.event(JSON.parse(data)),
    onHello: () => follow.all(),
    onChange: (next) => connection.set(next),
    random: Math.random,
    now: Date.now,
  });
  addEventListener("online", () => live.retry());
  return {
    ...documents,
    connection,
    moreFinished: (words) => appendFinished(documents.finished.at(words), words),
    command: async (verb, about = {}) => {
      const isDone = await carryOut(verb, about);
      void documents.status.reload();
      return isDone;
    },
    reconnect: () => live.retry(),
  };
}

type Documents = Pick<
  Desk,
  "status" | "open" | "finished" | "issues" | "timelines" | "diffs" | "transcripts" | "prompts"
>;

function openDocuments(): Documents {
  const finished: Family<FinishedList> = new Family(async (words) => {
    const { items, next } = await client.finished(words, null);
    const { data } = finished.at(words).known;
    // What was paged through stays; only its beginning is new.
    const fresh = new Set(items.map((row) => row.issue_id));
    const older = (data?.rows ?? []).filter((row) => !fresh.has(row.issue_id));
    return older.length === 0 || data === null
      ? { rows: items, next }
      : { rows: [...items, ...older], next: data.next };
  });
  const timelines: Family<readonly EventDocument[]> = new Family(async (lane, show) => {
    const known = timelines.at(lane).known.data ?? [];
    const onPart = (events: readonly EventDocument[]): void => show([...known, ...events]);
    return [...known, ...(await client.events(lane, known.at(-1)?.seq ?? 0, onPart))];
  });
  const transcripts: Family<readonly TranscriptLine[]> = new Family(async (run, show) => {
    const known = transcripts.at(run).known.data ?? [];
    const onPart = (lines: readonly TranscriptLine[]): void => show([...known, ...lines]);
    return [...known, ...(await client.transcript(run, known.length, onPart))];
  });
  return {
    status: new Resource(client.status),
    open: new Resource(client.open),
    finished,
    timelines,
    transcripts,
    issues: new Family(client.issue),
    diffs: new Family(client.diff),
    prompts: new Family(client.prompt),
  };
}

/** What an event changes is asked for anew: at once where somebody looks, and when somebody looks elsewhere. */
function followDocuments(documents: Documents) {
  const pacer = new Pacer({
    gapMs: REQUEST_GAP_MS,
    now: () => performance.now(),
    later: (run, ms) => void setTimeout(run, ms),
  });
  const refresh = (key: string, resource: Resource<unknown>): void => {
    resource.outdate();
    if (!resource.isWatched) return;
    pacer.request(key, () => {
      if (resource.isWatched) void resource.reload();
    });
  };
  const refreshAll = (name: string, family: Family<unknown>, isMeant: (id: string) => boolean): void => {
    for (const [id, resource] of family.entries()) if (isMeant(id)) refresh(`${name} ${id}`, resource);
  };
  const everything = (): boolean => true;
  return {
    /** The line was lost: anything may have happened. */
    all(): void {
      refresh("status", documents.status);
      for (const name of ["finished", "issues", "timelines", "diffs", "transcripts", "prompts"] as const) {
        refreshAll(name, documents[name], everything);
      }
    },
    event(event: EventDocument): void {
      refresh("status", documents.status);
      const { lane_id: lane, run, type } = event;
      if (lane === null) return;
      for (const [identifier, resource] of documents.issues.entries()) {
        if (resource.known.data?.lane?.lane_id === lane || type === "lane_opened") {
          refresh(`issues ${identifier}`, resource);
        }
      }
      const timeline = documents.timelines.known(lane);
      // An answer that is on its way was perhaps written before this event, and would replace it.
      if (timeline?.known.isLoading === true) refresh(`timelines ${lane}`, timeline);
      else timeline?.change((known) => (isNext(known, event) ? [...known, event] : known));
      if (type === "lane_opened") refresh("open", documents.open);
      if (type === "lane_closed") refreshAll("finished", documents.finished, everything);
      if (CHANGES_DIFF.has(type)) refreshAll("diffs", documents.diffs, (id) => id === lane);
      if (run !== null) refreshAll("transcripts", documents.transcripts, (id) => id === `${lane}/${run}`);
      if (run !== null && type === "session_started")
        refreshAll("prompts", documents.prompts, (id) => id === `${lane}/${run}`);
    },
  };
}

const CHANGES_DIFF = new Set(["change_seen", "outbox_settled"]);

function isNext(known: readonly EventDocument[], event: EventDocument): boolean {
  return event.seq > (known.at(-1)?.seq ?? 0);
}

async function appendFinished(list: Resource<FinishedList>, words: string): Promise<void> {
  const { data } = list.known;
  if (data === null || data.next === null) return;
  try {
    const { items, next } = await client.finished(words, data.next);
    list.change(({ rows }) => {
      const known = new Set(rows.map((row) => row.issue_id));
      return { rows: [...rows, ...items.filter((row) => !known.has(row.issue_id))], next };
    });
  } catch (error) {
    tell(false, problemOf(error).message);
  }
}

async function carryOut(verb: CommandVerb, about: Readonly<Record<string, string>>): Promise<boolean> {
  try {
    const { answer } = await client.ask(verb, about);
    if (answer === null) tell(true, `${sentenceCase(verb)}: it is on record and will be carried out.`);
    else tell(answer.ok, answer.sentence);
    return answer?.ok ?? true;
  } catch (error) {
    tell(false, problemOf(error).message);
    return false;
  }
}
