import type { Reply } from "../../shared/http.ts";
import { invalid } from "../refusal.ts";
import { userView } from "../views.ts";
import { type Ask, hereOf, page, requiredText, type Route, text } from "./ask.ts";

const LABELS = "/{repo}/-/labels";

/** The labels that a repository has, and who may do what there. */
export const REPOSITORY_ROUTES: Record<string, Route> = {
  [`GET ${LABELS}`]: { scope: "repo-notes:r", query: ["keyword"], answer: labels },
  [`POST ${LABELS}`]: {
    ...{ scope: "repo-notes:rw", permission: "write" },
    body: ["name", "color", "description"],
    answer: makeLabel,
  },
  "GET /{repo}/-/list-members": { scope: "repo-manage:r", query: ["role", "search", "names"], answer: members },
};

function labels(ask: Ask): Reply {
  const keyword = ask.query.get("keyword") ?? "";
  const found = hereOf(ask).labels.filter(({ name }) => name.includes(keyword));
  return { status: 200, body: page(ask, found, (label) => label) };
}

function makeLabel(ask: Ask): Reply {
  const repo = hereOf(ask);
  const name = requiredText(ask.body, "name");
  if (repo.labels.some((label) => label.name === name)) throw invalid(`label exists: ${name}`);
  const color = text(ask.body, "color") ?? "ededed";
  const label = { id: ask.world.nextId(), name, color: `#${color}`, description: text(ask.body, "description") ?? "" };
  repo.labels.push(label);
  ask.call.effect = true;
  return { status: 201, body: label };
}

function members(ask: Ask): Reply {
  const view = ([username, permission]: [string, string]) => ({
    ...userView(ask.data, username),
    access_level: permission === "write" ? "Developer" : "Reporter",
  });
  return { status: 200, body: page(ask, Object.entries(hereOf(ask).members), view) };
}
