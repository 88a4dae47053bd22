import type { Reply } from "../shared/http.ts";
import { checkNames, required } from "./params.ts";
import { invalid, success } from "./refusal.ts";
import type { TapdData, TapdItem, TapdWorkflow } from "./state.ts";
import { NAMES } from "./fields.ts";
import type { Ask, Route } from "./world.ts";

/** What is known of types, statuses and the ways between them. */
export const WORKFLOW_ROUTES: Record<string, Route> = {
  "GET /workitem_types": workitemTypes,
  "GET /workflows": workflows,
  "GET /workflows/status_map": (ask) => success(mapping(asked(ask).statuses)),
  "GET /workflows/first_step": (ask) => {
    const { statuses, first } = asked(ask);
    return success({ [first]: statuses[first] ?? first });
  },
  "GET /workflows/last_steps": lastSteps,
  "GET /workflows/all_transitions": allTransitions,
};

export function workflowOf(
  data: TapdData,
  { workspaceId, system, typeId }: Pick<TapdItem, "workspaceId" | "system" | "typeId">,
) {
  const found = data.workflows.find(
    (one) => one.workspaceId === workspaceId && one.system === system && one.typeId === typeId,
  );
  if (found === undefined) throw invalid("workitem_type_id is invalid");
  return found;
}

/** The type of stories that is meant when none is named. */
export function defaultType({ workspace }: Ask): string {
  return workspace.types[0]?.id ?? "";
}

function asked(ask: Ask, more: readonly string[] = []): TapdWorkflow {
  checkNames(ask.params, (name) => ["system", "workitem_type_id", ...more].includes(name));
  const system = required(ask.params, "system");
  if (system !== "story" && system !== "bug") throw invalid("system is invalid");
  const typeId = system === "bug" ? "" : (ask.params.workitem_type_id ?? defaultType(ask));
  return workflowOf(ask.data, { workspaceId: ask.workspace.id, system, typeId });
}

function workitemTypes({ workspace, params }: Ask): Reply {
  checkNames(params, (name) => name === "entity_type");
  if ((params.entity_type ?? "story") !== "story") return success([]);
  const view = (type: { id: string; name: string }) => ({ ...type, workspace_id: workspace.id, entity_type: "story" });
  return success(workspace.types.map((type) => ({ WorkitemType: view(type) })));
}

function workflows({ workspace, data, params }: Ask): Reply {
  checkNames(params, (name) => name === "system");
  const system = required(params, "system");
  const found = data.workflows.filter((one) => one.workspaceId === workspace.id && one.system === system);
  return success(
    found.map(({ typeId }) => {
      const name = workspace.types.find(({ id }) => id === typeId)?.name ?? "缺陷";
      const system_name = typeId === "" ? "bug" : `workitem_app_${typeId}`;
      return { Workflow: { name, workspace_id: workspace.id, system_name } };
    }),
  );
}

function lastSteps(ask: Ask): Reply {
  const { statuses, last, steps } = asked(ask, ["type"]);
  const { type = "status" } = ask.params;
  if (type === "step") {
    return success(
      Object.entries(steps).map(([id, name]) => ({ WorkflowStep: { id, name, workspace_id: ask.workspace.id } })),
    );
  }
  if (type !== "status") throw invalid("type is invalid");
  return success(mapping(Object.fromEntries(last.map((key) => [key, statuses[key] ?? key]))));
}

function allTransitions(ask: Ask): Reply {
  const { transitions, system } = asked(ask);
  return success(
    transitions.map(({ name, from, to, requires }) => ({
      Name: name,
      StepPrevious: from,
      StepNext: to,
      Appendfield: requires.map((field) => ({ DBModel: NAMES[system].wrap, FieldName: field, Notnull: "yes" })),
    })),
  );
}

/** An empty table is written as an empty list. */
function mapping(table: Record<string, string>): unknown {
  return Object.keys(table).length === 0 ? [] : table;
}

/** What a wish for a status comes to: the status the item then has. */
export function statusAfter(
  workflow: TapdWorkflow,
  item: TapdItem,
  wish: string,
  fields: Readonly<Record<string, string>>,
): string {
  if (workflow.statuses[wish] === undefined) throw invalid(`status is invalid: ${wish}`);
  if (wish === item.status) return wish;
  if (Object.keys(workflow.steps).length > 0) throw invalid("status of a parallel workflow cannot be updated");
  const transition = workflow.transitions.find(({ from, to }) => from === item.status && to === wish);
  if (transition === undefined) {
    if (workflow.jump === "ignore") return item.status;
    throw invalid(`status can not change from ${item.status} to ${wish}`);
  }
  const missing = transition.requires.find((name) => (fields[name] ?? "") === "");
  if (missing !== undefined) throw invalid(`${missing} is required`);
  return wish;
}
