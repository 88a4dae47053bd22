import type { Clock } from "../../base/clock.ts";
import { isMaestroError } from "../../base/errors.ts";
import type { Blocker } from "../../model/issue.ts";
import type { TapdApi } from "./api.ts";
import { identifierOf } from "./entities.ts";
import { unreadable } from "./errors.ts";
import type { Found } from "./map.ts";
import type { TimeRelation } from "./schema.ts";
import { validateTimeRelation } from "./schema.gen.ts";

const PATH = "/stories/get_time_relative_stories";
const WRAP = "WorkitemTimeRelation";
/** How long an answer counts for a story that was not changed, milliseconds: a new dependency need not show as a change of it. */
const KEPT_MS = 600_000;
/** Stories that one list asks about, one request each: twelve seconds at TAPD's pace. */
const MOST_IN_LIST = 10;
/** More at once only wait for their turn. */
const AT_ONCE = 4;
const MOST_KEPT = 5_000;
/** What stands for blockers that were not asked about yet: nothing is begun before they are known. */
const UNKNOWN: readonly Blocker[] = [{ id: null, identifier: null, state: null }];

interface Known {
  readonly ids: readonly string[];
  readonly modified: string | null;
  readonly at: number;
}

/** What blocks stories. TAPD tells it for one story at a time, so the answers are kept. */
export class Blockers {
  readonly #api: TapdApi;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();

  constructor(api: TapdApi, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /**
   * The ids of the blockers of each story; `undefined` for one that has not been asked about. For a list only so many are asked about, the first
   * ones first; the next list goes on from there.
   */
  async ids(
    stories: readonly Found[],
    isList: boolean,
    signal: AbortSignal,
  ): Promise<Map<string, readonly string[] | undefined>> {
    const stale = stories.filter((story) => !this.#isFresh(story));
    // What was never asked about keeps its story from being begun, so it comes first.
    stale.sort((a, b) => Number(this.#known.has(a.item.id)) - Number(this.#known.has(b.item.id)));
    const asked = isList ? stale.slice(0, MOST_IN_LIST) : stale;
    for (let at = 0; at < asked.length; at += AT_ONCE) {
      await Promise.all(asked.slice(at, at + AT_ONCE).map((story) => this.#ask(story, signal)));
    }
    return new Map(stories.map(({ item }) => [item.id, this.#known.get(item.id)?.ids]));
  }

  /** All dependencies of a story, in both directions. */
  async relations(id: string, signal: AbortSignal): Promise<TimeRelation[]> {
    const rows = await this.#api.get(PATH, { story_id: id }, Array.isArray, signal);
    return rows.map((entry) => {
      const row: unknown = typeof entry === "object" && entry !== null ? Reflect.get(entry, WRAP) : undefined;
      if (!validateTimeRelation(row))
        throw unreadable({ name: `GET ${PATH}`, isWrite: false }, `an entry is no ${WRAP}.`);
      return row;
    });
  }

  /** `undefined` for a story that TAPD does not show yet, or not any more: what blocks it stays unknown. */
  async seen(id: string, signal: AbortSignal): Promise<TimeRelation[] | undefined> {
    try {
      return await this.relations(id, signal);
    } catch (error) {
      if (!isMaestroError(error) || error.code !== "tracker_not_found") throw error;
      return undefined;
    }
  }

  /** The next one who asks about a story asks TAPD. */
  forget(id: string): void {
    this.#known.delete(id);
  }

  async #ask({ item }: Found, signal: AbortSignal): Promise<void> {
    const relations = await this.seen(item.id, signal);
    if (relations === undefined) return;
    const blocking = relations.filter((one) => one.dst_workitem_id === item.id && one.workitem_id !== item.id);
    const ids = [...new Set(blocking.map(({ workitem_id }) => workitem_id))].sort();
    this.#known.delete(item.id);
    this.#known.set(item.id, { ids, modified: item.modified ?? null, at: this.#clock.monotonic() });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KEPT && oldest !== undefined) this.#known.delete(oldest);
  }

  #isFresh({ item }: Found): boolean {
    const known = this.#known.get(item.id);
    if (known === undefined || known.modified !== (item.modified ?? null)) return false;
    return this.#clock.monotonic() - known.at < KEPT_MS;
  }
}

/** Blockers with their present state; one that cannot be seen has none. */
export function toBlockers(
  ids: readonly string[] | undefined,
  states: ReadonlyMap<string, string>,
): readonly Blocker[] {
  if (ids === undefined) return UNKNOWN;
  return ids.map((id) => ({ id, identifier: identifierOf({ entity: "story", id }), state: states.get(id) ?? null }));
}
