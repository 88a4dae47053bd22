import { randomUUID } from "node:crypto";
import { isoOf } from "../shared/clock.ts";
import type { Json } from "../shared/json.ts";

export interface LinearUser {
  id: string;
  name: string;
  email: string;
  active: boolean;
  guest: boolean;
  app: boolean;
}

export interface LinearState {
  id: string;
  teamId: string;
  name: string;
  /** triage, backlog, unstarted, started, completed, canceled or duplicate. */
  type: string;
  position: number;
}

export interface LinearIssue {
  id: string;
  number: number;
  teamId: string;
  title: string;
  description: string | null;
  priority: number;
  estimate: number | null;
  dueDate: string | null;
  stateId: string;
  projectId: string | null;
  assigneeId: string | null;
  delegateId: string | null;
  creatorId: string;
  parentId: string | null;
  labelIds: string[];
  createdAt: string;
  updatedAt: string;
  startedAt: string | null;
  completedAt: string | null;
  canceledAt: string | null;
  archivedAt: string | null;
  trashed: boolean;
}

export interface LinearComment {
  id: string;
  issueId: string;
  userId: string;
  parentId: string | null;
  body: string;
  createdAt: string;
  updatedAt: string;
  editedAt: string | null;
  resolvedAt: string | null;
}

export interface LinearAttachment {
  id: string;
  issueId: string;
  url: string;
  title: string;
  subtitle: string | null;
  sourceType: string | null;
  metadata: Json;
  createdAt: string;
  updatedAt: string;
}

export interface LinearRelation {
  id: string;
  type: string;
  /** The one that blocks, for `blocks`. */
  issueId: string;
  relatedIssueId: string;
  createdAt: string;
}

export interface LinearWebhook {
  id: string;
  url: string;
  secret: string;
  label: string | null;
  enabled: boolean;
  resourceTypes: string[];
  teamId: string | null;
  createdAt: string;
}

/** Everything the fake knows; plain data. */
export interface LinearData {
  organization: { id: string; name: string; urlKey: string };
  users: LinearUser[];
  /** What stands in `Authorization`: a bare key, or with `Bearer ` for an OAuth token. */
  keys: { key: string; userId: string }[];
  teams: { id: string; key: string; name: string }[];
  states: LinearState[];
  labels: { id: string; name: string; teamId: string | null }[];
  projects: { id: string; name: string; slugId: string; teamId: string }[];
  issues: LinearIssue[];
  comments: LinearComment[];
  attachments: LinearAttachment[];
  relations: LinearRelation[];
  webhooks: LinearWebhook[];
  syncId: number;
}

/** What a test begins with; everything has a default. */
export interface LinearSeed {
  readonly urlKey?: string;
  readonly users?: readonly { name: string; key?: string; app?: boolean; guest?: boolean }[];
  readonly teams?: readonly {
    key: string;
    name?: string;
    states?: readonly { name: string; type: string }[];
    labels?: readonly string[];
    projects?: readonly { name: string; slugId: string }[];
  }[];
  readonly issues?: readonly {
    team: string;
    title: string;
    state?: string;
    description?: string;
    priority?: number;
    labels?: readonly string[];
    project?: string;
    assignee?: string;
    /** Identifiers of issues in this list that block it. */
    blockedBy?: readonly string[];
  }[];
}

const DEFAULT_STATES = [
  { name: "Backlog", type: "backlog" },
  { name: "Todo", type: "unstarted" },
  { name: "In Progress", type: "started" },
  { name: "In Review", type: "started" },
  { name: "Done", type: "completed" },
  { name: "Canceled", type: "canceled" },
  { name: "Duplicate", type: "duplicate" },
];

export function createData(seed: LinearSeed, at: number): LinearData {
  const data: LinearData = {
    organization: { id: randomUUID(), name: "Acme", urlKey: seed.urlKey ?? "acme" },
    users: [],
    keys: [],
    teams: [],
    states: [],
    labels: [],
    projects: [],
    issues: [],
    comments: [],
    attachments: [],
    relations: [],
    webhooks: [],
    syncId: 1,
  };
  for (const user of seed.users ?? [{ name: "maestro", key: "lin_api_maestro" }]) addUser(data, user);
  for (const team of seed.teams ?? [{ key: "ENG" }]) addTeam(data, team);
  for (const issue of seed.issues ?? []) addIssue(data, issue, isoOf(at));
  for (const { team, title, blockedBy } of seed.issues ?? []) {
    const blocked = data.issues.find((one) => one.title === title && keyOf(data, one.teamId) === team);
    for (const identifier of blockedBy ?? []) addBlocker(data, identifier, blocked, isoOf(at));
  }
  return data;
}

function addUser(data: LinearData, user: NonNullable<LinearSeed["users"]>[number]): void {
  const id = randomUUID();
  const { name, key, app = false, guest = false } = user;
  data.users.push({ id, name, email: `${name}@example.com`, active: true, guest, app });
  if (key !== undefined) data.keys.push({ key, userId: id });
}

function addTeam(data: LinearData, team: NonNullable<LinearSeed["teams"]>[number]): void {
  const id = randomUUID();
  data.teams.push({ id, key: team.key, name: team.name ?? team.key });
  for (const [position, state] of (team.states ?? DEFAULT_STATES).entries()) {
    data.states.push({ id: randomUUID(), teamId: id, ...state, position });
  }
  for (const name of team.labels ?? []) data.labels.push({ id: randomUUID(), name, teamId: id });
  for (const project of team.projects ?? []) data.projects.push({ id: randomUUID(), ...project, teamId: id });
}

function addIssue(data: LinearData, seed: NonNullable<LinearSeed["issues"]>[number], at: string): void {
  const team = data.teams.find(({ key }) => key === seed.team);
  if (team === undefined) throw new Error(`the seed has no team ${seed.team}`);
  const state = data.states.find(({ teamId, name }) => teamId === team.id && name === (seed.state ?? "Todo"));
  if (state === undefined) throw new Error(`team ${seed.team} has no state ${seed.state ?? "Todo"}`);
  data.issues.push({
    ...blankIssue(at),
    number: nextNumber(data, team.id),
    teamId: team.id,
    title: seed.title,
    description: seed.description ?? null,
    priority: seed.priority ?? 0,
    stateId: state.id,
    projectId: data.projects.find(({ name }) => name === seed.project)?.id ?? null,
    assigneeId: data.users.find(({ name }) => name === seed.assignee)?.id ?? null,
    creatorId: data.users[0]?.id ?? "",
    labelIds: (seed.labels ?? []).map((name) => labelIdOf(data, name)),
  });
}

function labelIdOf(data: LinearData, name: string): string {
  const id = data.labels.find((label) => label.name === name)?.id;
  if (id === undefined) throw new Error(`the seed has no label ${name}`);
  return id;
}

function addBlocker(data: LinearData, identifier: string, blocked: LinearIssue | undefined, at: string): void {
  const blocker = data.issues.find((one) => identifierOf(data, one) === identifier);
  if (blocker === undefined || blocked === undefined) throw new Error(`the seed has no issue ${identifier}`);
  const ends = { issueId: blocker.id, relatedIssueId: blocked.id };
  data.relations.push({ id: randomUUID(), type: "blocks", ...ends, createdAt: at });
}

/** An issue without the fields that everybody has to say. */
export function blankIssue(at: string) {
  const empty = { startedAt: null, completedAt: null, canceledAt: null, archivedAt: null, parentId: null };
  const rest = { estimate: null, dueDate: null, delegateId: null, trashed: false };
  return { id: randomUUID(), createdAt: at, updatedAt: at, ...empty, ...rest };
}

export function nextNumber(data: LinearData, teamId: string): number {
  return Math.max(0, ...data.issues.filter((one) => one.teamId === teamId).map(({ number }) => number)) + 1;
}

export function identifierOf(data: LinearData, issue: LinearIssue): string {
  return `${keyOf(data, issue.teamId)}-${issue.number}`;
}

function keyOf(data: LinearData, teamId: string): string {
  return data.teams.find(({ id }) => id === teamId)?.key ?? "";
}
