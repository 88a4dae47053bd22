import { isJson, type Json } from "../../shared/json.ts";
import { invalidField, notFound } from "../refusal.ts";
import type { GithubData, GithubProject } from "../state.ts";
import { at, issueView, userView } from "../views.ts";
import { issueById, orThrow } from "../world.ts";
import { type Ask, page, type Route } from "./ask.ts";

/** Boards of an organization: fields with their options, items with their values. */
export const PROJECT_ROUTES: Record<string, Route> = {
  "GET /orgs/{org}/projectsV2/{project_number}/fields": (ask) => {
    const project = projectOf(ask);
    return page(ask, project.fields, (field) => fieldView(project, field));
  },
  "GET /orgs/{org}/projectsV2/{project_number}/items": (ask) => {
    const project = projectOf(ask);
    return page(ask, project.items, (item) => itemView(ask.data, project, item));
  },
  "PATCH /orgs/{org}/projectsV2/{project_number}/items/{item_id}": (ask) => {
    const project = projectOf(ask);
    const item = orThrow(project.items.find(({ id }) => id === Number(ask.params.item_id)));
    for (const change of (Array.isArray(ask.body.fields) ? ask.body.fields : []).filter(isJson)) {
      const field = project.fields.find(({ id }) => numberOf(id) === change.id);
      if (field === undefined) throw invalidField("ProjectV2Item", "fields", "invalid");
      setValue(item, field, change.value === null ? null : String(change.value));
    }
    item.updatedAt = ask.world.now;
    ask.call.effect = true;
    return { status: 200, body: itemView(ask.data, project, item) };
  },
};

type Field = GithubProject["fields"][number];
type Item = GithubProject["items"][number];

/** `null` clears the value; an option that the field does not have (any more) is refused. */
export function setValue(item: Item, field: Field, optionId: string | null): void {
  if (optionId === null) delete item.values[field.id];
  else if (field.options.some(({ id }) => id === optionId)) item.values[field.id] = optionId;
  else throw invalidField("ProjectV2Item", field.name, "invalid");
}

function projectOf({ data, params, who }: Ask): GithubProject {
  if (who.kind === "nobody") throw notFound();
  return orThrow(
    data.projects.find(({ owner, number }) => owner === params.org && number === Number(params.project_number)),
  );
}

/** REST names a field by number, GraphQL by node id. */
function numberOf(id: string): number {
  return Number(id.replace(/\D/g, ""));
}

const titled = (text: string) => ({ raw: text, html: text });

function fieldView(project: GithubProject, { id, name, options }: Field): Json {
  return {
    ...{ id: numberOf(id), node_id: id, name, data_type: "single_select", project_url: urlOf(project) },
    options: options.map((option) => ({
      id: option.id,
      name: titled(option.name),
      color: "GRAY",
      description: titled(""),
    })),
    ...{ created_at: at(0), updated_at: at(0) },
  };
}

function itemView(data: GithubData, project: GithubProject, item: Item): Json {
  const issue = issueById(data, item.contentId);
  return {
    ...{ id: item.id, node_id: `PVTI_${item.id}`, content_type: issue.isPull ? "PullRequest" : "Issue" },
    ...{ content: issueView(data, issue), creator: userView(data, project.owner), project_url: urlOf(project) },
    ...{ created_at: at(item.createdAt), updated_at: at(item.updatedAt), archived_at: null },
    ...{ item_url: `${urlOf(project)}/items/${item.id}` },
    fields: project.fields.map((field) => {
      const option = field.options.find(({ id }) => id === item.values[field.id]);
      const value =
        option === undefined
          ? null
          : { id: option.id, name: titled(option.name), color: "GRAY", description: titled("") };
      return { id: numberOf(field.id), name: field.name, data_type: "single_select", value };
    }),
  };
}

function urlOf({ owner, number }: GithubProject): string {
  return `https://api.github.com/orgs/${owner}/projectsV2/${number}`;
}
