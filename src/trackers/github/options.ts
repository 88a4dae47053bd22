import { MaestroError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { invalidOptions } from "../../contracts/adapter-options.ts";
import type { LifecycleDefaults } from "../../contracts/tracker.ts";
import type { GithubTrackerOptions } from "./schema.ts";
import { validateGithubTrackerOptions } from "./schema.gen.ts";
import type { StateRules } from "./states.ts";

/** The options as the client uses them. */
export interface GithubTrackerSettings {
  readonly states: StateRules;
  /** The board whose field tells the states; `null`: they are labels, or there are none. */
  readonly board: { readonly owner: string | null; readonly number: number; readonly field: string } | null;
  /** What labels of a priority begin with. */
  readonly priorityPrefix: string;
  /** All of them must be on an issue. */
  readonly labels: readonly string[];
  /** A login, or `me`; issues of others are not worked on. `null`: whoever it is. */
  readonly assignee: string | null;
  readonly webhookSecret: string | undefined;
}

/** The usual states; the terminal ones close the issue. */
export const LIFECYCLE: LifecycleDefaults = {
  activeStates: ["Todo", "In Progress"],
  terminalStates: ["Closed", "Cancelled", "Canceled", "Duplicate", "Done"],
};

const KEYS: Readonly<Record<string, readonly string[]>> = {
  "": ["repository", "api_base_url", "web_base_url", "token", "auth", "webhook_secret"].concat(
    ["states_from", "state_prefix", "state_labels", "closed_states", "project"],
    ["priority_prefix", "labels", "assignee"],
  ),
  project: ["owner", "number", "field"],
  auth: ["from", "app_id", "private_key", "installation_id"],
};

/** Checks `tracker.provider`. Throws `tracker_invalid_config` with `path`. */
export function parseGithubOptions(options: JsonObject): JsonObject {
  readGithubOptions(options);
  return options;
}

/** The part of the options that is not about reaching GitHub. Throws `tracker_invalid_config`. */
export function readGithubOptions(options: JsonObject): GithubTrackerSettings {
  const read = checked(options);
  const isByLabels = read.states_from !== "open_closed";
  const { project } = read;
  if ((read.states_from === "project") !== (project !== undefined)) throw halfBoard(project === undefined);
  return {
    board:
      project === undefined
        ? null
        : { owner: project.owner?.trim() ?? null, number: project.number, field: project.field ?? "Status" },
    states: {
      isByLabels,
      prefix: read.state_prefix ?? "status:",
      labels: read.state_labels ?? {},
      closed: isByLabels ? (read.closed_states ?? LIFECYCLE.terminalStates) : [],
    },
    priorityPrefix: read.priority_prefix ?? "priority:",
    labels: (read.labels ?? []).map((label) => label.trim()),
    assignee: read.assignee?.trim() ?? null,
    webhookSecret: read.webhook_secret,
  };
}

function halfBoard(isMissing: boolean): MaestroError {
  const path = isMissing ? ["project"] : ["states_from"];
  return new MaestroError({
    code: "tracker_invalid_config",
    message: `tracker.provider.${path.join(".")} ${isMissing ? "is missing" : "must be `project` where a project is named"}`,
    hint: "States from a board need both `states_from: project` and `project: {number: …}`.",
    facts: { path },
  });
}

function checked(options: JsonObject): GithubTrackerOptions & JsonObject {
  if (validateGithubTrackerOptions(options)) return options;
  throw invalidOptions(validateGithubTrackerOptions.errors ?? [], {
    code: "tracker_invalid_config",
    key: "tracker.provider",
    knownKeys: (path) => KEYS[path.join(".")] ?? [],
  });
}
