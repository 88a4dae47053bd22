import type { Clock } from "../../base/clock.ts";
import { isMaestroError, MaestroError } from "../../base/errors.ts";
import type { LifecycleNeeds } from "../../contracts/tracker.ts";
import type { TapdApi, TapdParams } from "./api.ts";
import { parallelWorkflow } from "./errors.ts";
import { tableOf, typesIn } from "./map.ts";
import type { TapdSettings } from "./options.ts";
import { validateStatusTable, validateSteps, validateTransitions } from "./schema.gen.ts";
import { checkNeeds, type TapdWorkflow } from "./workflows.ts";

/** How long types and workflows are believed, milliseconds: people change them a few times a year. */
const KEPT_MS = 600_000;

/** The workflows of the workspace, read when they are first needed and held against what the workflow file wants of them. */
export class Catalogue {
  readonly #api: TapdApi;
  readonly #settings: TapdSettings;
  readonly #clock: Clock;
  readonly needs: LifecycleNeeds | undefined;
  #known: { readonly workflows: readonly TapdWorkflow[]; readonly at: number } | undefined;

  constructor(api: TapdApi, settings: TapdSettings, clock: Clock, needs: LifecycleNeeds | undefined) {
    this.#api = api;
    this.#settings = settings;
    this.#clock = clock;
    this.needs = needs;
  }

  /** Throws `tracker_invalid_config` for a parallel workflow, and for states and moves that TAPD does not have. */
  async workflows(signal: AbortSignal): Promise<readonly TapdWorkflow[]> {
    return this.#fresh() ?? this.#api.turn("workflows", () => this.#reload(signal), signal);
  }

  /** The status that items of a workflow begin in; asked only where one was made and its move broke off. */
  async first({ entity, typeId }: TapdWorkflow, signal: AbortSignal): Promise<string | undefined> {
    const asked: TapdParams = { system: entity, workitem_type_id: typeId ?? undefined };
    const table = await this.#api.get("/workflows/first_step", asked, validateStatusTable, signal);
    return [...tableOf(table).keys()][0];
  }

  /** Asks TAPD whether it can be reached and read; what is remembered does not count. Throws like `workflows`. */
  async check(signal: AbortSignal): Promise<void> {
    const isNew = this.#fresh() === undefined;
    await this.workflows(signal);
    if (!isNew) await this.#api.get("/quickstart/testauth", {}, isSomething, signal);
  }

  #fresh(): readonly TapdWorkflow[] | undefined {
    const known = this.#known;
    return known !== undefined && this.#clock.monotonic() - known.at < KEPT_MS ? known.workflows : undefined;
  }

  async #reload(signal: AbortSignal): Promise<readonly TapdWorkflow[]> {
    const fresh = this.#fresh();
    if (fresh !== undefined) return fresh;
    try {
      const workflows = await this.#read(signal);
      if (this.needs !== undefined) checkNeeds(workflows, this.needs);
      this.#known = { workflows, at: this.#clock.monotonic() };
      return workflows;
    } catch (error) {
      // What was read ten minutes ago serves while TAPD cannot be asked.
      if (this.#known === undefined || !isMaestroError(error) || !error.retryable) throw error;
      return this.#known.workflows;
    }
  }

  async #read(signal: AbortSignal): Promise<TapdWorkflow[]> {
    const { entities } = this.#settings;
    const types = entities.includes("story") ? await this.#types(signal) : [];
    const workflows: TapdWorkflow[] = [];
    for (const { id, name } of types) {
      workflows.push(await this.#workflow({ entity: "story", typeId: id, name }, signal));
    }
    if (entities.includes("bug"))
      workflows.push(await this.#workflow({ entity: "bug", typeId: null, name: "bugs" }, signal));
    return workflows;
  }

  /** Those in scope. */
  async #types(signal: AbortSignal): Promise<{ readonly id: string; readonly name: string }[]> {
    const data = await this.#api.get("/workitem_types", { entity_type: "story" }, Array.isArray, signal);
    const types = typesIn(data);
    const { typeIds, workspaceId } = this.#settings;
    if (typeIds === null) return types;
    const unknown = typeIds.find((id) => !types.some((type) => type.id === id));
    if (unknown === undefined) return types.filter(({ id }) => typeIds.includes(id));
    throw new MaestroError({
      code: "tracker_invalid_config",
      message: `tracker.provider.type_ids: workspace ${workspaceId} has no type of stories with the id ${unknown}.`,
      hint: `It has ${types.map(({ id, name }) => `"${id}" (${name})`).join(", ") || "none"}.`,
      facts: { path: ["type_ids"], known: types.map(({ id }) => id) },
    });
  }

  async #workflow(
    { entity, typeId, name }: Pick<TapdWorkflow, "entity" | "typeId" | "name">,
    signal: AbortSignal,
  ): Promise<TapdWorkflow> {
    const asked: TapdParams = { system: entity, workitem_type_id: typeId ?? undefined };
    const [steps, statuses, ways, last] = await Promise.all([
      this.#api.get("/workflows/last_steps", { ...asked, type: "step" }, validateSteps, signal),
      this.#api.get("/workflows/status_map", asked, validateStatusTable, signal),
      this.#api.get("/workflows/all_transitions", asked, validateTransitions, signal),
      this.#api.get("/workflows/last_steps", { ...asked, type: "status" }, validateStatusTable, signal),
    ]);
    if (Object.keys(steps).length > 0) throw parallelWorkflow(name);
    return {
      ...{ entity, typeId, name },
      statuses: tableOf(statuses),
      finals: new Set(tableOf(last).keys()),
      ways: ways.map(({ StepPrevious, StepNext, Appendfield = [] }) => ({
        from: StepPrevious,
        to: StepNext,
        requires: Appendfield.filter(({ Notnull }) => Notnull === "yes").map(({ FieldName }) => FieldName),
      })),
    };
  }
}

/** What is said about the account is in no document; a greeting is text. */
function isSomething(data: unknown): data is object {
  return typeof data === "object" && data !== null;
}
