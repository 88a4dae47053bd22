import type { Reply } from "../shared/http.ts";
import { FIELDS, isCustomField, itemView, NAMES, OWNERS, PRIORITIES } from "./fields.ts";
import { filterRows, pageOf } from "./listing.ts";
import { checkNames, required } from "./params.ts";
import { invalid, success } from "./refusal.ts";
import type { System, TapdItem } from "./state.ts";
import { notify } from "./webhooks.ts";
import { defaultType, statusAfter, workflowOf } from "./workflows.ts";
import { type Ask, nextId, type Route } from "./world.ts";

/** Stories and bugs differ in names only. There is no way to delete one. */
export const ITEM_ROUTES: Record<string, Route> = {
  "GET /stories": (ask) => list(ask, "story"),
  "GET /stories/count": (ask) => count(ask, "story"),
  "POST /stories": (ask) => save(ask, "story"),
  "GET /bugs": (ask) => list(ask, "bug"),
  "GET /bugs/count": (ask) => count(ask, "bug"),
  "POST /bugs": (ask) => save(ask, "bug"),
};

export function findItem(ask: Ask, system: System, id: string): TapdItem {
  const found = ask.data.items.find(
    (one) => one.id === id && one.system === system && one.workspaceId === ask.workspace.id,
  );
  if (found === undefined) throw invalid(`${NAMES[system].wrap} ${id} not existed`);
  return found;
}

function isField(system: System, name: string): boolean {
  const facts = [
    "id",
    "status",
    "created",
    "modified",
    "workspace_id",
    ...(system === "story" ? ["workitem_type_id"] : []),
  ];
  return facts.includes(name) || FIELDS[system][name] !== undefined || isCustomField(name);
}

function found(ask: Ask, system: System) {
  const own = ask.data.items.filter((one) => one.workspaceId === ask.workspace.id && one.system === system);
  return filterRows(
    ask,
    own.map((item) => itemView(ask.world, item)),
    (name) => isField(system, name),
  );
}

function list(ask: Ask, system: System): Reply {
  return pageOf(ask, found(ask, system), NAMES[system].wrap, (name) => isField(system, name));
}

function count(ask: Ask, system: System): Reply {
  return success({ count: found(ask, system).length });
}

/** Without `id` it makes one, with `id` it changes that one. */
function save(ask: Ask, system: System): Reply {
  const writable = ["id", "status", "current_user", ...(system === "story" ? ["workitem_type_id"] : [])];
  checkNames(
    ask.params,
    (name) => writable.includes(name) || FIELDS[system][name] !== undefined || isCustomField(name),
  );
  const item = ask.params.id === undefined ? create(ask, system) : update(ask, findItem(ask, system, ask.params.id));
  return success({ [NAMES[system].wrap]: itemView(ask.world, item) });
}

function create(ask: Ask, system: System): TapdItem {
  const { workspace, params, world } = ask;
  const { title, maker } = NAMES[system];
  required(params, title);
  const typeId = system === "bug" ? "" : (params.workitem_type_id ?? defaultType(ask));
  const workflow = workflowOf(ask.data, { workspaceId: workspace.id, system, typeId });
  if (params.status !== undefined && params.status !== workflow.first)
    throw invalid(`status is invalid: ${params.status}`);
  const now = world.server.clock.now();
  const fields = { [maker]: params.current_user ?? ask.account, ...wishes(ask, system) };
  const item: TapdItem = {
    ...{ id: nextId(ask), workspaceId: workspace.id, system, typeId, status: workflow.first },
    ...{ fields, createdAt: now, modifiedAt: now },
  };
  ask.data.items.push(item);
  notify(ask, `${system}::create`, item.id, {});
  return item;
}

function update(ask: Ask, item: TapdItem): TapdItem {
  const { system } = item;
  const { status, workitem_type_id: typeId = item.typeId } = ask.params;
  const title = ask.params[NAMES[system].title];
  if (title === "") throw invalid(`${NAMES[system].title} is required`);
  const fields = { ...item.fields, ...wishes(ask, system) };
  const workflow = workflowOf(ask.data, { ...item, typeId });
  if (workflow.statuses[item.status] === undefined) throw invalid("workitem_type_id is invalid");
  const reached = status === undefined ? item.status : statusAfter(workflow, item, status, fields);
  const before = itemView(ask.world, item);
  const wasStatus = item.status;
  Object.assign(item, { fields, typeId, status: reached });
  const after = itemView(ask.world, item);
  const changed = Object.keys(after).filter((name) => name !== "status" && after[name] !== before[name]);
  if (reached === wasStatus && changed.length === 0) return item;
  item.modifiedAt = ask.world.server.clock.now();
  if (reached !== wasStatus) notify(ask, `${system}::status_change`, item.id, { status: wasStatus });
  if (changed.length > 0) {
    notify(ask, `${system}::update`, item.id, Object.fromEntries(changed.map((name) => [name, before[name] ?? ""])));
  }
  return item;
}

/** Field values as they will be kept. */
function wishes(ask: Ask, system: System): Record<string, string> {
  const { params } = ask;
  const wished: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) {
    if (FIELDS[system][name] === undefined && !isCustomField(name)) continue;
    wished[name] = OWNERS.includes(name) ? people(value) : value;
  }
  const { parent_id: parent = "0" } = params;
  if (parent !== "0" && parent !== "") findItem(ask, system, parent);
  const levels = PRIORITIES[system];
  if (params.priority_label !== undefined) {
    const priority = params.priority_label === "" ? "" : levels[params.priority_label];
    if (priority === undefined) throw invalid(`priority_label is invalid: ${params.priority_label}`);
    return { ...wished, priority };
  }
  if (params.priority === undefined) return wished;
  const label = params.priority === "" ? "" : Object.keys(levels).find((one) => levels[one] === params.priority);
  if (label === undefined) throw invalid(`priority is invalid: ${params.priority}`);
  return { ...wished, priority_label: label };
}

function people(text: string): string {
  const names = text.split(";").filter((name) => name !== "");
  return names.map((name) => `${name};`).join("");
}
