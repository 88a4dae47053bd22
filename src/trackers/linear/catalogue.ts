import type { Clock } from "../../base/clock.ts";
import type { ProjectState } from "../../contracts/tracker.ts";
import { normaliseLabels, stateKey } from "../../model/issue.ts";
import type { LinearApi } from "./api.ts";
import { LABEL_CREATE, LABELS, SCOPE, STATES, USERS } from "./documents.ts";
import { impossible } from "./errors.ts";
import type { LinearSettings } from "./options.ts";
import type { IssueNode, ScopeAnswer } from "./schema.ts";
import { isMaestroError, MaestroError } from "../../base/errors.ts";

/** How long the states of a team are believed, milliseconds. */
const BELIEVED_MS = 600_000;

interface TeamState extends ProjectState {
  readonly id: string;
}

/** Names of a team's states and labels, of people, teams and projects, as the ids that Linear's mutations take. */
export class Catalogue {
  readonly #api: LinearApi;
  readonly #settings: LinearSettings;
  readonly #clock: Clock;
  readonly #states = new Map<string, { readonly states: readonly TeamState[]; readonly at: number }>();

  constructor(api: LinearApi, settings: LinearSettings, clock: Clock) {
    this.#api = api;
    this.#settings = settings;
    this.#clock = clock;
  }

  /** The id of a team's state. Throws `tracker_status`, naming those there are. */
  async stateId(team: IssueNode["team"], name: string, signal: AbortSignal): Promise<string> {
    const known = await this.#statesOf(team.id, signal);
    const found = known.find((state) => stateKey(state.name) === stateKey(name));
    if (found !== undefined) return found.id;
    // It may have been made a moment ago.
    this.forgetStates(team.id);
    const names = known.map((state) => state.name).join(", ");
    throw impossible(
      `Team ${team.key} of Linear has no state "${name.trim()}"; it has ${names}.`,
      "Add the state in Linear's team settings, or map another one in tracker.lifecycle.raw_state_by_route_key.",
    );
  }

  /** The states are read anew before they are used again. */
  forgetStates(teamId: string): void {
    this.#states.delete(teamId);
  }

  /** The states that issues in scope can have, each name once. */
  async states(signal: AbortSignal): Promise<readonly ProjectState[]> {
    const { team, projectSlugs } = this.#settings;
    const teams = team === null && projectSlugs.length > 0 ? (await this.#projectOf(signal)).teams.nodes : [];
    const ids = teams.map(({ id }) => id);
    const filter =
      team !== null ? { team: { key: { eq: team } } } : ids.length > 0 ? { team: { id: { in: ids } } } : {};
    const states = new Map<string, ProjectState>();
    for (const { name, type } of await this.#askStates(filter, signal)) states.set(stateKey(name), { name, type });
    return [...states.values()];
  }

  /** All labels that the key sees, each name once. */
  async labels(signal: AbortSignal): Promise<readonly string[]> {
    const nodes = await this.#api.readAll(
      async (after) => (await this.#api.ask(LABELS, { filter: {}, after }, signal)).issueLabels,
    );
    return [...new Set(nodes.map(({ name }) => name))];
  }

  /** The ids of labels that issues of a team can carry, by lower-case name; those of the team come before the workspace's. */
  async labelIds(teamId: string, names: readonly string[], signal: AbortSignal): Promise<Map<string, string[]>> {
    const wanted = normaliseLabels(names);
    const found = new Map<string, string[]>();
    if (wanted.length === 0) return found;
    const named = { or: wanted.map((name) => ({ name: { eqIgnoreCase: name } })) };
    const owned = { or: [{ team: { id: { eq: teamId } } }, { team: { null: true } }] };
    const nodes = await this.#api.readAll(
      async (after) => (await this.#api.ask(LABELS, { filter: { and: [named, owned] }, after }, signal)).issueLabels,
    );
    for (const { id, name, team } of nodes) {
      const [key] = normaliseLabels([name]);
      if (key === undefined) continue;
      const known = found.get(key) ?? [];
      found.set(key, team === null ? [...known, id] : [id, ...known]);
    }
    return found;
  }

  /** The ids of these labels; those that do not exist are made in the team. */
  async ensureLabelIds(teamId: string, names: readonly string[], signal: AbortSignal): Promise<string[]> {
    const wanted = normaliseLabels(names);
    const known = await this.labelIds(teamId, wanted, signal);
    const ids: string[] = [];
    for (const name of wanted) ids.push(known.get(name)?.[0] ?? (await this.#makeLabel(teamId, name, signal)));
    return ids;
  }

  /** The id of a person by id, email address or name; `me` is the key's owner. Throws `tracker_status`. */
  async userId(wanted: string, signal: AbortSignal): Promise<string> {
    const name = wanted.trim();
    const isSaid = [
      { id: { eq: name } },
      { email: { eqIgnoreCase: name } },
      { displayName: { eqIgnoreCase: name } },
      { name: { eqIgnoreCase: name } },
    ];
    const filter = name === "me" ? { isMe: { eq: true } } : { or: isSaid };
    const users = await this.#api.readAll(
      async (after) => (await this.#api.ask(USERS, { filter, after }, signal)).users,
    );
    const [user] = users;
    if (user === undefined) throw impossible(`Linear has no user "${name}".`);
    if (users.length > 1) throw impossible(`Linear has ${users.length} users "${name}".`, "Use the email address.");
    return user.id;
  }

  /** Where new issues go: the team and project of the options. Throws `tracker_invalid_config` when they leave it open. */
  async home(signal: AbortSignal): Promise<{ readonly team: IssueNode["team"]; readonly projectId: string | null }> {
    const { teams, projects } = await this.scope(signal);
    const project = this.#settings.projectSlugs.length > 0 ? projects.nodes[0] : undefined;
    const candidates = this.#settings.team === null ? (project?.teams.nodes ?? []) : teams.nodes;
    const [team] = candidates;
    if (team === undefined || candidates.length > 1) {
      throw unscoped("team", "has to be given where issues are made: the project has more teams than one, or none.");
    }
    return { team, projectId: project?.id ?? null };
  }

  /** The project of the options; `null` when they name none. */
  async projectId(signal: AbortSignal): Promise<string | null> {
    return this.#settings.projectSlugs.length === 0 ? null : (await this.#projectOf(signal)).id;
  }

  /** What the options name. Throws `tracker_invalid_config` when Linear does not know it. */
  async scope(signal: AbortSignal): Promise<ScopeAnswer> {
    const { team, projectSlugs } = this.#settings;
    const teams = team === null ? {} : { key: { eq: team } };
    const projects = projectSlugs.length === 0 ? {} : { slugId: { in: projectSlugs } };
    const answer = await this.#api.ask(SCOPE, { teams, projects }, signal);
    if (answer.teams.nodes.length === 0) throw unscoped("team", "is no team that this key can see.");
    if (projectSlugs.length > 0 && answer.projects.nodes.length === 0) {
      throw unscoped("project_slug", "is no project that this key can see.");
    }
    return answer;
  }

  async #projectOf(signal: AbortSignal): Promise<ScopeAnswer["projects"]["nodes"][number]> {
    const [project] = (await this.scope(signal)).projects.nodes;
    if (project === undefined) throw unscoped("project_slug", "is no project that this key can see.");
    return project;
  }

  async #statesOf(teamId: string, signal: AbortSignal): Promise<readonly TeamState[]> {
    const now = this.#clock.monotonic();
    const known = this.#states.get(teamId);
    if (known !== undefined && now - known.at < BELIEVED_MS) return known.states;
    const states = await this.#askStates({ team: { id: { eq: teamId } } }, signal);
    this.#states.set(teamId, { states, at: now });
    return states;
  }

  async #askStates(filter: object, signal: AbortSignal): Promise<readonly TeamState[]> {
    return this.#api.readAll(async (after) => (await this.#api.ask(STATES, { filter, after }, signal)).workflowStates);
  }

  async #makeLabel(teamId: string, name: string, signal: AbortSignal): Promise<string> {
    try {
      const { issueLabelCreate } = await this.#api.ask(LABEL_CREATE, { input: { name, teamId } }, signal);
      return issueLabelCreate.issueLabel.id;
    } catch (error) {
      if (!isMaestroError(error) || error.code !== "tracker_conflict") throw error;
      // Somebody else made it in the meantime.
      const [id] = (await this.labelIds(teamId, [name], signal)).get(name) ?? [];
      if (id === undefined) throw error;
      return id;
    }
  }
}

function unscoped(key: string, complaint: string): MaestroError {
  return new MaestroError({
    code: "tracker_invalid_config",
    message: `tracker.provider.${key} ${complaint}`,
    facts: { path: [key] },
  });
}
