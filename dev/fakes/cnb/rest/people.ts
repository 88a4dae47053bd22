import type { Reply } from "../../shared/http.ts";
import { textsOf } from "../../shared/json.ts";
import { permissionOn } from "../identity.ts";
import { invalid } from "../refusal.ts";
import type { CnbPull } from "../state.ts";
import { labelViews, userView } from "../views.ts";
import { orThrow } from "../world.ts";
import { type Ask, hereOf, page, pullOf, type Route } from "./ask.ts";

const LABELS = "/{repo}/-/pulls/{number}/labels";
const ASSIGNEES = "/{repo}/-/pulls/{number}/assignees";
const NOTES = { scope: "repo-notes:rw", permission: "write" } as const;
const PULLS = { scope: "repo-pr:rw", permission: "write" } as const;

/** What is put on a pull request: labels, assignees, reviewers. */
export const PEOPLE_ROUTES: Record<string, Route> = {
  [`GET ${LABELS}`]: { scope: "repo-notes:r", answer: (ask) => labels(ask, pullOf(ask)) },
  [`POST ${LABELS}`]: {
    ...NOTES,
    body: ["labels"],
    answer: (ask) => setLabels(ask, [...pullOf(ask).labels, ...wanted(ask, "labels")]),
  },
  [`PUT ${LABELS}`]: { ...NOTES, body: ["labels"], answer: (ask) => setLabels(ask, wanted(ask, "labels")) },
  [`DELETE ${LABELS}`]: { ...NOTES, answer: (ask) => setLabels(ask, []) },
  [`DELETE ${LABELS}/{name}`]: { ...NOTES, answer: removeLabel },
  [`GET ${ASSIGNEES}`]: { scope: "repo-pr:r", answer: (ask) => assignees(ask, pullOf(ask)) },
  [`POST ${ASSIGNEES}`]: {
    ...PULLS,
    body: ["assignees"],
    answer: (ask) => setAssignees(ask, [...pullOf(ask).assignees, ...wanted(ask, "assignees")]),
  },
  [`PUT ${ASSIGNEES}`]: { ...PULLS, body: ["assignees"], answer: (ask) => setAssignees(ask, wanted(ask, "assignees")) },
  [`DELETE ${ASSIGNEES}`]: { ...PULLS, body: ["assignees"], answer: removeAssignees },
  "POST /{repo}/-/pulls/{number}/reviewers": { ...PULLS, body: ["reviewers"], answer: addReviewers },
};

function labels(ask: Ask, pull: CnbPull): Reply {
  return { status: 200, body: page(ask, labelViews(hereOf(ask), pull), (label) => label) };
}

function setLabels(ask: Ask, names: readonly string[]): Reply {
  const pull = pullOf(ask);
  const known = hereOf(ask).labels.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(`label not found: ${unknown}`);
  change(ask, pull, { labels: [...new Set(names)] });
  return labels(ask, pull);
}

function removeLabel(ask: Ask): Reply {
  const pull = pullOf(ask);
  const name = orThrow(pull.labels.find((one) => one === ask.params.name));
  return setLabels(
    ask,
    pull.labels.filter((one) => one !== name),
  );
}

function assignees(ask: Ask, pull: CnbPull): Reply {
  return { status: 200, body: page(ask, pull.assignees, (username) => userView(ask.data, username)) };
}

function setAssignees(ask: Ask, names: readonly string[]): Reply {
  const pull = pullOf(ask);
  checkPeople(ask, names);
  change(ask, pull, { assignees: [...new Set(names)] });
  return assignees(ask, pull);
}

function removeAssignees(ask: Ask): Reply {
  const gone = wanted(ask, "assignees");
  return setAssignees(
    ask,
    pullOf(ask).assignees.filter((name) => !gone.includes(name)),
  );
}

function addReviewers(ask: Ask): Reply {
  const pull = pullOf(ask);
  const names = wanted(ask, "reviewers");
  checkPeople(ask, names);
  if (names.includes(pull.author)) throw invalid("reviewers must not include the author");
  change(ask, pull, { reviewers: [...new Set([...pull.reviewers, ...names])] });
  return { status: 201, body: pull.reviewers.map((username) => userView(ask.data, username)) };
}

function checkPeople(ask: Ask, names: readonly string[]): void {
  const repo = hereOf(ask);
  const unknown = names.find((username) => {
    const isUser = ask.data.users.some((user) => user.username === username);
    return !isUser || permissionOn({ username, token: "", scopes: null, isMcp: false }, repo) === undefined;
  });
  if (unknown !== undefined) throw invalid(`user not found: ${unknown}`);
}

function wanted({ body }: Ask, name: string): string[] {
  const value = body[name];
  const names = textsOf(value);
  if (!Array.isArray(value) || names.length !== value.length) throw invalid(`${name} must be an array of strings`);
  return names;
}

function change(ask: Ask, pull: CnbPull, what: Partial<CnbPull>): void {
  Object.assign(pull, what, { updatedAt: ask.world.now });
  ask.call.effect = true;
}
