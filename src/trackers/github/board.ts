import type { Clock } from "../../base/clock.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { GithubClient } from "../../github/index.ts";
import { sameState } from "../../model/issue.ts";
import { ADD_ITEM, BOARD, SET_STATUS } from "./documents.ts";
import { noBoard, noColumn } from "./errors.ts";
import type { ProjectAnswer } from "./schema.ts";
import { validateAddedItem, validateBoardAnswer } from "./schema.gen.ts";

/** Which board's field tells the states. */
export interface BoardPlace {
  /** An organization or a person. */
  readonly owner: string;
  readonly number: number;
  /** Name of a field of single choice. */
  readonly field: string;
}

interface Column {
  readonly itemId: string;
  readonly state: string | null;
}

interface Standing {
  readonly projectId: string;
  readonly fieldId: string;
  readonly options: readonly { readonly id: string; readonly name: string }[];
  /** By issue number, archived cards left out. */
  readonly cards: ReadonlyMap<number, Column>;
}

/** Reads within one poll see the same board; milliseconds. */
const KEPT_MS = 2_000;

/** A Projects board whose field holds the states of the repository's issues. */
export class Board {
  readonly #client: GithubClient;
  readonly #place: BoardPlace;
  readonly #clock: Clock;
  #kept: { readonly standing: Promise<Standing>; readonly at: number } | undefined;

  constructor(client: GithubClient, place: BoardPlace, clock: Clock) {
    this.#client = client;
    this.#place = place;
    this.#clock = clock;
  }

  /** The state of an issue by its number; `undefined` when it is not on the board or stands in no column. */
  async states(isFresh: boolean, options: CallOptions): Promise<ReadonlyMap<number, string>> {
    const { cards } = await this.#read(isFresh, options);
    return new Map([...cards].flatMap(([number, { state }]) => (state === null ? [] : [[number, state] as const])));
  }

  /** The board's columns. */
  async columns(options: CallOptions): Promise<string[]> {
    return (await this.#read(false, options)).options.map(({ name }) => name);
  }

  /** Puts an issue into a column, and onto the board when it is not there. */
  async set(
    issue: { readonly number: number; readonly node_id: string },
    state: string,
    options: CallOptions,
  ): Promise<void> {
    const { projectId, fieldId, options: columns, cards } = await this.#read(false, options);
    // Ids of columns change when somebody edits them, so they are looked up by name each time.
    const column = columns.find(({ name }) => sameState(name, state));
    if (column === undefined)
      throw noColumn(
        state,
        columns.map(({ name }) => name),
      );
    const item = cards.get(issue.number)?.itemId ?? (await this.#add(projectId, issue.node_id, options));
    this.#kept = undefined;
    await this.#client.mutate(SET_STATUS, { project: projectId, item, field: fieldId, option: column.id }, options);
    this.#kept = undefined;
  }

  /** Adding what is there already gives the card that there is. */
  async #add(project: string, content: string, options: CallOptions): Promise<string> {
    const answer = await this.#client.mutate(ADD_ITEM, { project, content }, options);
    if (!validateAddedItem(answer)) throw this.#client.unreadable("AddItem", true);
    return answer.addProjectV2ItemById.item.id;
  }

  async #read(isFresh: boolean, options: CallOptions): Promise<Standing> {
    const now = this.#clock.monotonic();
    if (isFresh || this.#kept === undefined || now - this.#kept.at > KEPT_MS) {
      this.#kept = { standing: this.#ask(options), at: now };
    }
    const { standing } = this.#kept;
    try {
      return await standing;
    } catch (error) {
      this.#kept = undefined;
      throw error;
    }
  }

  async #ask(options: CallOptions): Promise<Standing> {
    const { owner, name } = this.#client.place;
    const cards = new Map<number, Column>();
    for (let after: string | null = null; ; ) {
      const project = await this.#page(after, options);
      if (project.field?.id === undefined || project.field.options === undefined) throw noBoard(this.#place);
      for (const { id, isArchived, content, fieldValueByName } of project.items.nodes) {
        const where = content?.repository?.nameWithOwner.toLowerCase();
        if (content?.number === undefined || isArchived || where !== `${owner}/${name}`.toLowerCase()) continue;
        cards.set(content.number, { itemId: id, state: fieldValueByName?.name ?? null });
      }
      const { hasNextPage, endCursor } = project.items.pageInfo;
      if (hasNextPage && endCursor != null) after = endCursor;
      else return { projectId: project.id, fieldId: project.field.id, options: project.field.options, cards };
    }
  }

  /** The owner is an organization or a person: GitHub says of the other that there is none. */
  async #page(after: string | null, options: CallOptions): Promise<ProjectAnswer> {
    const { owner, number, field } = this.#place;
    const { data, errors } = await this.#client.query(BOARD, { owner, number, field, after }, options);
    const others = errors.filter(({ type, path }) => type !== "NOT_FOUND" || (path?.length ?? 0) > 2);
    if (others.length > 0) throw this.#client.refusal(BOARD, others);
    if (!validateBoardAnswer(data)) throw this.#client.unreadable("Board");
    const project = data.organization?.projectV2 ?? data.user?.projectV2;
    if (project == null) throw noBoard(this.#place);
    return project;
  }
}
