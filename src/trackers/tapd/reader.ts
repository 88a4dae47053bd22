import type { Log } from "../../base/log.ts";
import { type Issue, stateKey } from "../../model/issue.ts";
import type { TapdApi } from "./api.ts";
import { type Blockers, toBlockers } from "./blockers.ts";
import type { Catalogue } from "./catalogue.ts";
import { ENTITIES, type Entity, issueIdOf, type ItemRef, refOf } from "./entities.ts";
import { unknownIssue, unreadable } from "./errors.ts";
import { type Found, hasLabels, priorityOf, refTo, titleOf, toIssue } from "./map.ts";
import type { TapdSettings } from "./options.ts";
import type { RecentWrites } from "./recent-writes.ts";
import { validateItem } from "./schema.gen.ts";
import type { Row } from "./schema.ts";
import { keyIn, type TapdWorkflow, workflowOf } from "./workflows.ts";

/** Ids in one question. */
const MOST_IDS = 100;

/** What a reader is made of. */
export interface ReaderParts {
  readonly api: TapdApi;
  readonly settings: TapdSettings;
  readonly catalogue: Catalogue;
  readonly blockers: Blockers;
  readonly recent: RecentWrites;
  readonly log: Log;
}

/** Reads stories and bugs. */
export class ItemReader {
  readonly #parts: ReaderParts;
  readonly #told = new Set<string>();

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /** Those in scope and in one of the states. What cannot be read is left out, and told once. */
  async inStates(states: readonly string[], signal: AbortSignal): Promise<Issue[]> {
    const { settings, catalogue, recent } = this.#parts;
    const workflows = await catalogue.workflows(signal);
    const wanted = new Set(states.map(stateKey));
    const lists = settings.entities.map((entity) => this.#list(entity, states, workflows, signal));
    const found = (await Promise.all(lists)).flat().map((one) => recent.freshest(one));
    const shown = found.filter((one) => wanted.has(stateKey(one.item.status)) && hasLabels(one, settings));
    return this.#issues(shown, true, signal);
  }

  /** Those that there are. Throws `tracker_response` for one that cannot be read. */
  async byRefs(refs: readonly ItemRef[], signal: AbortSignal): Promise<Issue[]> {
    return this.#issues(await this.items(refs, signal), false, signal);
  }

  /** An issue of what was just written. */
  async issue(found: Found, signal: AbortSignal): Promise<Issue> {
    const [issue] = await this.#issues([found], false, signal);
    if (issue === undefined) throw unknownIssue(issueIdOf(refTo(found)));
    return issue;
  }

  /** The items themselves, as far as they are in scope. */
  async items(refs: readonly ItemRef[], signal: AbortSignal): Promise<Found[]> {
    const { settings, catalogue, recent } = this.#parts;
    if (refs.length === 0) return [];
    const workflows = await catalogue.workflows(signal);
    const groups = settings.entities.map(async (entity) => {
      const ids = [...new Set(refs.filter((ref) => ref.entity === entity).map(({ id }) => id))];
      return (await this.#rows(entity, ids, signal)).map((row) => this.#checked(entity, row));
    });
    const found = (await Promise.all(groups)).flat().map((one) => recent.freshest(one));
    const missing = refs.filter(({ id, entity }) => !found.some((one) => one.item.id === id && one.entity === entity));
    const unseen = missing.flatMap((ref) => recent.find(issueIdOf(ref)) ?? []);
    return [...found, ...unseen].filter(({ entity, item }) => workflowOf(workflows, entity, item.workitem_type_id));
  }

  /** The item that a verb speaks of. Throws `tracker_not_found`. */
  async get(issueId: string, signal: AbortSignal): Promise<Found> {
    const ref = refOf(issueId);
    const [found] = ref === undefined ? [] : await this.items([ref], signal);
    if (found === undefined) throw unknownIssue(issueId);
    return found;
  }

  async #issues(found: readonly Found[], isList: boolean, signal: AbortSignal): Promise<Issue[]> {
    const { settings, catalogue, blockers } = this.#parts;
    if (found.length === 0) return [];
    const workflows = await catalogue.workflows(signal);
    const isOpen = ({ entity, item }: Found): boolean =>
      workflowOf(workflows, entity, item.workitem_type_id)?.finals.has(item.status) !== true;
    // Bugs have no dependencies, and what is finished waits for nothing.
    const stories = found.filter((one) => one.entity === "story" && isOpen(one));
    const ids = await blockers.ids(byUrgency(stories), isList, signal);
    const states = await this.#states(
      found,
      [...ids.values()].flatMap((some) => some ?? []),
      signal,
    );
    return found.map((one) =>
      toIssue(one, stories.includes(one) ? toBlockers(ids.get(one.item.id), states) : [], settings),
    );
  }

  /** The present states of stories, those that were just read included. */
  async #states(found: readonly Found[], ids: readonly string[], signal: AbortSignal): Promise<Map<string, string>> {
    const states = new Map(found.flatMap(({ entity, item }) => (entity === "story" ? [[item.id, item.status]] : [])));
    const others = [...new Set(ids)].filter((id) => !states.has(id));
    for (const row of await this.#rows("story", others, signal)) {
      const { entity, item } = this.#parts.recent.freshest(this.#checked("story", row));
      if (entity === "story") states.set(item.id, item.status);
    }
    return states;
  }

  async #list(
    entity: Entity,
    states: readonly string[],
    workflows: readonly TapdWorkflow[],
    signal: AbortSignal,
  ): Promise<Found[]> {
    const own = workflows.filter((workflow) => workflow.entity === entity);
    const keys = new Set(own.flatMap((workflow) => states.flatMap((state) => keyIn(workflow, state) ?? [])));
    if (keys.size === 0) return [];
    const { path, wrap, fields } = ENTITIES[entity];
    const types = entity === "story" ? this.#parts.settings.typeIds?.join(",") : undefined;
    const params = { status: [...keys].sort().join("|"), workitem_type_id: types, fields: fields.join(",") };
    const rows = await this.#parts.api.list(path, wrap, params, signal);
    const found = rows.flatMap((row) => (this.#isItem(entity, row) ? [{ entity, item: row }] : []));
    return found.filter(({ item }) => workflowOf(own, entity, item.workitem_type_id) !== undefined);
  }

  /** The rows with these ids. Those that do not come are asked for once more: a page that is cut short says nothing of it. */
  async #rows(entity: Entity, ids: readonly string[], signal: AbortSignal): Promise<Row[]> {
    const rows = new Map<string, Row>();
    for (let at = 0; at < ids.length; at += MOST_IDS) {
      let missing = ids.slice(at, at + MOST_IDS);
      for (let before = -1; missing.length > 0 && missing.length !== before; ) {
        before = missing.length;
        for (const row of await this.#page(entity, missing, signal)) rows.set(row.id, row);
        missing = missing.filter((id) => !rows.has(id));
      }
    }
    return [...rows.values()];
  }

  async #page(entity: Entity, ids: readonly string[], signal: AbortSignal): Promise<Row[]> {
    const { path, wrap, fields } = ENTITIES[entity];
    const params = { id: ids.join(","), fields: fields.join(",") };
    const rows = await this.#parts.api.page(path, wrap, params, signal);
    return rows.filter(({ id }) => ids.includes(id));
  }

  #checked(entity: Entity, row: Row): Found {
    if (validateItem(row) && titleOf({ entity, item: row }).trim() !== "") return { entity, item: row };
    const { path, wrap } = ENTITIES[entity];
    throw unreadable({ name: `GET ${path}`, isWrite: false }, `${wrap} ${row.id} lacks a title or a status.`);
  }

  #isItem(entity: Entity, row: Row): row is Found["item"] {
    if (validateItem(row) && titleOf({ entity, item: row }).trim() !== "") return true;
    if (!this.#told.has(row.id)) {
      this.#told.add(row.id);
      this.#parts.log.warn("TAPD shows an item without a title or a status; it is left out", { entity, id: row.id });
    }
    return false;
  }
}

/** The most urgent first, then the oldest: the order in which work would begin. */
function byUrgency(found: readonly Found[]): Found[] {
  const rank = (one: Found): number => priorityOf(one) ?? Number.MAX_SAFE_INTEGER;
  return [...found].sort((a, b) => rank(a) - rank(b) || (BigInt(a.item.id) < BigInt(b.item.id) ? -1 : 1));
}
