import { isMaestroError } from "../../base/errors.ts";
import type { IssueDraft, IssueUpdate, MoveResult } from "../../contracts/tracker.ts";
import { normaliseLabels, sameState, stateKey } from "../../model/issue.ts";
import type { TapdApi, TapdParams } from "./api.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Dependencies } from "./dependencies.ts";
import { ENTITIES, type Entity, type ItemRef } from "./entities.ts";
import { impossible, noWay, unknownState, unreadable } from "./errors.ts";
import { toHtml } from "./html.ts";
import { type Found, labelsOf, priorityLabel, refTo } from "./map.ts";
import type { TapdSettings } from "./options.ts";
import type { ItemReader } from "./reader.ts";
import type { RecentWrites } from "./recent-writes.ts";
import type { Item } from "./schema.ts";
import { validateItem } from "./schema.gen.ts";
import { allStatuses, keyIn, route, type TapdWorkflow, workflowOf } from "./workflows.ts";

/** What a writer is made of. */
export interface WriterParts {
  readonly api: TapdApi;
  readonly settings: TapdSettings;
  readonly catalogue: Catalogue;
  readonly reader: ItemReader;
  readonly dependencies: Dependencies;
  readonly recent: RecentWrites;
}

/** How often a read that contradicts an expected state is asked. */
const LOOKS = 2;

/** Changes stories and bugs. TAPD has no compare and set: within this process changes of an item take turns. */
export class ItemWriter {
  readonly #parts: WriterParts;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** Moves by compare and set, hop by hop where the workflow has no direct way. */
  async move(issueId: string, to: string, from: string | null, signal: AbortSignal): Promise<MoveResult> {
    if (to.trim() === "") throw impossible("A state must not be blank.");
    const work = async (): Promise<MoveResult> => {
      const { found, workflow } = await this.#expected(issueId, to, from, signal);
      const goal = this.#keyOf(workflow, to);
      const here = found.item.status;
      if (here === goal) return "already";
      if (from !== null && !sameState(here, from) && !this.#isBegun(workflow, { here, goal, from })) return "conflict";
      const path = route(workflow, { from: here, to: goal, needs: this.#parts.catalogue.needs });
      if (path === undefined) throw noWay(workflow, here, goal, null);
      return this.#walk(found, workflow, path, signal);
    };
    return this.#turn(issueId, work, signal);
  }

  /** Adds and removes labels. TAPD takes them as a whole only, so what is there is read right before. */
  async label(issueId: string, add: readonly string[], remove: readonly string[], signal: AbortSignal): Promise<void> {
    const [wanted, unwanted] = [normaliseLabels(add), new Set(normaliseLabels(remove))];
    const split = wanted.find((label) => label.includes("|"));
    if (split !== undefined) throw impossible(`TAPD has no labels with "|" in them, such as "${split}".`);
    const work = async (): Promise<void> => {
      const found = await this.#parts.reader.get(issueId, signal);
      const present = labelsOf(found);
      const names = new Set(normaliseLabels(present));
      const kept = present.filter((label) => !unwanted.has(label.trim().toLowerCase()));
      const fresh = wanted.filter((label) => !names.has(label));
      if (fresh.length === 0 && kept.length === present.length) return;
      await this.#save(refTo(found), { label: [...kept, ...fresh].join("|") }, signal);
    };
    await this.#turn(issueId, work, signal);
  }

  /** Makes an item; what `tail` says stands at the end of its description. */
  async create(draft: IssueDraft, signal: AbortSignal, tail = ""): Promise<Found> {
    const { title, description, state, labels, priority, blockedBy } = draft;
    if (title.trim() === "") throw impossible("An issue's title must not be blank.");
    if (state.trim() === "") throw impossible("A state must not be blank.");
    const { settings, catalogue, dependencies } = this.#parts;
    const workflows = await catalogue.workflows(signal);
    const workflow = workflows.find((one) => keyIn(one, state) !== undefined);
    if (workflow === undefined) throw unknownState(state, allStatuses(workflows), null);
    const { entity, typeId } = workflow;
    if (entity === "bug" && blockedBy.length > 0)
      throw impossible("Bugs of TAPD cannot wait for others; only stories can.");
    // Before anything is made: a blocker that is not there is the caller's mistake.
    await dependencies.blockers(blockedBy, signal);
    const names = ENTITIES[entity];
    const fields: TapdParams = {
      [names.title]: title,
      description: `${description === null ? "" : toHtml(description)}${tail}`,
      label: normaliseLabels([...settings.labels, ...labels]).join("|"),
      priority_label: priority === null ? undefined : this.#priority(entity, priority),
      workitem_type_id: typeId ?? undefined,
      [names.maker]: settings.author,
      [names.owner]: settings.owner === null ? undefined : `${settings.owner};`,
    };
    return this.finish(await this.#post(entity, fields, signal), draft, signal);
  }

  /**
   * What a new item gets after it was made, as far as it is missing: blockers, and its state. One that was found (`isKnown`) may have been moved
   * since: it gets its state only while it stands on the way there from the first one.
   */
  async finish(made: Found, { blockedBy, state }: IssueDraft, signal: AbortSignal, isKnown = false): Promise<Found> {
    const { catalogue, dependencies, reader } = this.#parts;
    if (made.entity === "story") await dependencies.add(made.item.id, blockedBy, signal);
    const workflow = this.#workflow(await catalogue.workflows(signal), made);
    const goal = this.#keyOf(workflow, state);
    if (made.item.status === goal) return made;
    if (isKnown && !(await this.#isUnfinished(made, workflow, goal, signal))) return made;
    const path = route(workflow, { from: made.item.status, to: goal, needs: undefined });
    if (path === undefined) throw noWay(workflow, made.item.status, goal, null);
    await this.#walk(made, workflow, path, signal);
    const [found = made] = await reader.items([refTo(made)], signal);
    return found;
  }

  /** Sets what is given and nothing else. */
  async update(issueId: string, change: IssueUpdate, signal: AbortSignal): Promise<Found> {
    const { title, description, priority, owner, type } = change;
    if (title?.trim() === "") throw impossible("An issue's title must not be blank.");
    const work = async (): Promise<Found> => {
      const found = await this.#parts.reader.get(issueId, signal);
      const names = ENTITIES[found.entity];
      const wish: TapdParams = {
        [names.title]: title,
        description: description === undefined ? undefined : toHtml(description),
        priority_label:
          priority === undefined ? undefined : priority === null ? "" : this.#priority(found.entity, priority),
        [names.owner]: owner === undefined ? undefined : owner === null ? "" : `${owner.replace(/;+$/, "")};`,
        workitem_type_id: type === undefined ? undefined : await this.#type(found.entity, type, signal),
      };
      return Object.values(wish).every((value) => value === undefined) ? found : this.#save(refTo(found), wish, signal);
    };
    return this.#turn(issueId, work, signal);
  }

  /** The item, asked for again when it contradicts what is expected: the read may lag behind a write of another process. */
  async #expected(
    issueId: string,
    to: string,
    from: string | null,
    signal: AbortSignal,
  ): Promise<{ readonly found: Found; readonly workflow: TapdWorkflow }> {
    const { reader, catalogue } = this.#parts;
    for (let look = 1; ; look += 1) {
      const found = await reader.get(issueId, signal);
      const workflow = this.#workflow(await catalogue.workflows(signal), found);
      const isExpected = from === null || [from, to].some((state) => sameState(state, found.item.status));
      if (isExpected || look === LOOKS) return { found, workflow };
      await this.#parts.api.pause(signal);
    }
  }

  async #isUnfinished({ item }: Found, workflow: TapdWorkflow, goal: string, signal: AbortSignal): Promise<boolean> {
    const first = await this.#parts.catalogue.first(workflow, signal);
    if (first === undefined || first === item.status) return first !== undefined;
    return route(workflow, { from: first, to: goal, needs: undefined })?.includes(item.status) === true;
  }

  /** Whether an item stands on the way from `from` to its goal: a move in several hops that broke off is gone on with. */
  #isBegun(workflow: TapdWorkflow, { here, goal, from }: { here: string; goal: string; from: string }): boolean {
    const start = keyIn(workflow, from);
    const { needs } = this.#parts.catalogue;
    return (
      start !== undefined && route(workflow, { from: start, to: goal, needs })?.slice(0, -1).includes(here) === true
    );
  }

  async #walk(found: Found, workflow: TapdWorkflow, path: readonly string[], signal: AbortSignal): Promise<MoveResult> {
    let here = found.item.status;
    for (const next of path) {
      const reached = await this.#hop(found, workflow, { here, next }, signal);
      if (reached !== next) return "conflict";
      here = next;
    }
    return "moved";
  }

  /** One transition. Returns the status that the item then has; throws when it stayed where it was. */
  async #hop(
    found: Found,
    workflow: TapdWorkflow,
    { here, next }: { readonly here: string; readonly next: string },
    signal: AbortSignal,
  ): Promise<string> {
    const ref = refTo(found);
    const wish = { ...this.#parts.settings.moveFields.get(stateKey(next)), status: next };
    let refusal: unknown;
    try {
      const { item } = await this.#save(ref, wish, signal);
      if (item.status === next) return next;
    } catch (error) {
      if (!isMaestroError(error) || error.code !== "tracker_status" || error.retryable) throw error;
      refusal = error;
    }
    // TAPD says no, or says yes and does nothing: either because the item is not where it was, or because it may not go there.
    const [now] = await this.#parts.reader.items([ref], signal);
    if (now !== undefined && now.item.status !== here) return now.item.status;
    const required = workflow.ways.find(({ from, to }) => from === here && to === next)?.requires ?? [];
    const hint =
      required.length === 0
        ? undefined
        : `TAPD wants these filled in first: ${required.join(", ")}; tracker.provider.fields_on_move.${next} can give them.`;
    const why = isMaestroError(refusal) ? ` ${refusal.message}` : "";
    throw impossible(`TAPD left the issue in "${here}" instead of moving it to "${next}".${why}`, hint);
  }

  async #save(ref: ItemRef, fields: TapdParams, signal: AbortSignal): Promise<Found> {
    return this.#post(ref.entity, { id: ref.id, ...fields }, signal);
  }

  async #post(entity: Entity, fields: TapdParams, signal: AbortSignal): Promise<Found> {
    const { path, wrap } = ENTITIES[entity];
    const { api, settings, recent } = this.#parts;
    const isSaved = (data: unknown): data is Readonly<Record<string, Item>> =>
      typeof data === "object" && data !== null && validateItem(Reflect.get(data, wrap));
    const item = (await api.post(path, { ...fields, current_user: settings.author }, isSaved, signal))[wrap];
    if (item === undefined) throw unreadable({ name: `POST ${path}`, isWrite: true }, `it holds no ${wrap}.`);
    recent.keep({ entity, item });
    return { entity, item };
  }

  #workflow(workflows: readonly TapdWorkflow[], { entity, item }: Found): TapdWorkflow {
    const workflow = workflowOf(workflows, entity, item.workitem_type_id);
    if (workflow === undefined) throw impossible(`TAPD shows no workflow for the type of ${entity} ${item.id}.`);
    return workflow;
  }

  #keyOf(workflow: TapdWorkflow, state: string): string {
    const key = keyIn(workflow, state);
    if (key === undefined) throw unknownState(state, workflow.statuses, null);
    return key;
  }

  #priority(entity: Entity, priority: number): string {
    const label = priorityLabel(entity, priority);
    const last = entity === "story" ? 4 : 5;
    if (label === undefined) throw impossible(`TAPD has the priorities 1 to ${last}; there is no ${priority}.`);
    return label;
  }

  async #type(entity: Entity, type: string, signal: AbortSignal): Promise<string> {
    const types = (await this.#parts.catalogue.workflows(signal)).filter((one) => one.entity === "story");
    const known = types.find(({ typeId, name }) => typeId === type || sameState(name, type))?.typeId;
    if (entity === "bug") throw impossible("Bugs of TAPD have no types.");
    if (known != null) return known;
    throw impossible(`There is no type "${type}" in scope; there is ${types.map(({ name }) => name).join(", ")}.`);
  }

  #turn<T>(issueId: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#parts.api.turn(`item ${issueId}`, work, signal);
  }
}
