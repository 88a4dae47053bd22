import type { IssueRelation } from "../../contracts/tracker.ts";
import type { TapdApi } from "./api.ts";
import type { Blockers } from "./blockers.ts";
import { identifierOf, issueIdOf, type ItemRef, refIn } from "./entities.ts";
import { impossible, unknownIssue, unreadable } from "./errors.ts";
import { type Found, refTo } from "./map.ts";
import type { TapdSettings } from "./options.ts";
import type { ItemReader } from "./reader.ts";
import type { StoryLink } from "./schema.ts";
import { validateStoryLink } from "./schema.gen.ts";

const LINKS = "/stories/get_link_stories";

/** How stories hang together: dependencies, links, parents. Bugs do not, as far as TAPD's documents say. */
export class Dependencies {
  readonly #api: TapdApi;
  readonly #settings: TapdSettings;
  readonly #reader: ItemReader;
  readonly #blockers: Blockers;

  constructor(api: TapdApi, settings: TapdSettings, reader: ItemReader, blockers: Blockers) {
    this.#api = api;
    this.#settings = settings;
    this.#reader = reader;
    this.#blockers = blockers;
  }

  /** The stories that identifiers name. Throws `tracker_not_found`, and `tracker_status` for one that is no story. */
  async blockers(identifiers: readonly string[], signal: AbortSignal): Promise<string[]> {
    const refs = identifiers.map((identifier): ItemRef => {
      const ref = refIn(identifier);
      if (ref === undefined) throw unknownIssue(identifier);
      if (ref.entity === "bug")
        throw impossible(`${identifier} is a bug of TAPD; only stories can wait for each other.`);
      return ref;
    });
    const found = await this.#reader.items(refs, signal);
    const missing = refs.find(({ id }) => !found.some(({ item }) => item.id === id));
    if (missing !== undefined) throw unknownIssue(identifierOf(missing));
    return refs.map(({ id }) => id);
  }

  /** Makes a story wait for others, as far as it does not. */
  async add(id: string, identifiers: readonly string[], signal: AbortSignal): Promise<void> {
    if (identifiers.length === 0) return;
    const wanted = await this.blockers(identifiers, signal);
    // Of a story that was just made TAPD may not know anything yet.
    const present = (await this.#blockers.seen(id, signal)) ?? [];
    const missing = wanted.filter(
      (one) => !present.some((row) => row.workitem_id === one && row.dst_workitem_id === id),
    );
    if (missing.length === 0) return;
    const rows = missing.flatMap((blocker, at) => [
      [`relations[${at}][workitem_id]`, blocker],
      [`relations[${at}][dst_workitem_id]`, id],
      [`relations[${at}][src_field]`, "due"],
      [`relations[${at}][dst_field]`, "begin"],
    ]);
    const fields: Record<string, string> = Object.fromEntries(rows);
    const wish = { ...fields, current_user: this.#settings.author };
    await this.#api.post("/stories/save_time_relations", wish, isAnything, signal);
    this.#blockers.forget(id);
  }

  /** Links a story with another, unless it is. */
  async link(from: string, to: string, signal: AbortSignal): Promise<void> {
    const present = await this.#links(from, signal);
    if (present.some((one) => [one.src_story_id, one.target_story_id].includes(to))) return;
    const wish = { src_story_id: from, target_story_id: to };
    await this.#api.post("/stories/add_story_link_relations", wish, isAnything, signal);
  }

  /** What TAPD knows about an item's place. Those that cannot be seen have no state. */
  async relations(found: Found, signal: AbortSignal): Promise<IssueRelation[]> {
    const { entity, item } = found;
    if (entity === "bug") return [];
    const [times, links] = await Promise.all([this.#blockers.relations(item.id, signal), this.#links(item.id, signal)]);
    const parent = item.parent_id ?? "0";
    const kinds: (readonly [IssueRelation["kind"], string])[] = [
      ...(/^0?$/.test(parent) ? [] : [["parent", parent] as const]),
      ...times.map((one) =>
        one.workitem_id === item.id
          ? (["blocks", one.dst_workitem_id] as const)
          : (["blocked_by", one.workitem_id] as const),
      ),
      ...links.map(
        (one) => ["related", one.src_story_id === item.id ? one.target_story_id : one.src_story_id] as const,
      ),
    ];
    const others = kinds.filter(([, id]) => id !== item.id).map(([, id]): ItemRef => ({ entity: "story", id }));
    const states = new Map((await this.#reader.items(others, signal)).map((one) => [refTo(one).id, one.item.status]));
    const seen = new Set<string>();
    return kinds.flatMap(([kind, id]): IssueRelation[] => {
      if (id === item.id || seen.has(`${kind} ${id}`)) return [];
      seen.add(`${kind} ${id}`);
      const ref: ItemRef = { entity: "story", id };
      return [{ kind, issueId: issueIdOf(ref), identifier: identifierOf(ref), state: states.get(id) ?? null }];
    });
  }

  async #links(id: string, signal: AbortSignal): Promise<StoryLink[]> {
    const rows = await this.#api.get(LINKS, { story_id: id }, Array.isArray, signal);
    return rows.map((entry) => {
      const row: unknown =
        typeof entry === "object" && entry !== null ? Reflect.get(entry, "StoryLinkRelation") : undefined;
      if (!validateStoryLink(row)) throw unreadable({ name: `GET ${LINKS}`, isWrite: false }, "an entry is no link.");
      return row;
    });
  }
}

/** What is answered to a relation that was made is in no document; a greeting is text. */
function isAnything(data: unknown): data is object {
  return typeof data === "object" && data !== null;
}
