import { MaestroError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { invalidOptions } from "../../contracts/adapter-options.ts";
import type { AdapterContext } from "../../contracts/tracker.ts";
import { normaliseLabels } from "../../model/issue.ts";
import type { LinearOptions } from "./schema.ts";
import { validateLinearOptions } from "./schema.gen.ts";

/** The options as the client uses them. */
export interface LinearSettings {
  readonly endpoint: string;
  readonly apiKey: string;
  /** The forms in which the project's `slugId` may have been written; empty: every project. */
  readonly projectSlugs: readonly string[];
  /** A team's key, e.g. `ENG`; `null`: every team. */
  readonly team: string | null;
  /** All of them must be on an issue. Lower case. */
  readonly labels: readonly string[];
  /** `me`, a user's id or an email address; `null`: whoever it is. */
  readonly assignee: string | null;
  readonly webhookSecret: string | null;
}

export const DEFAULT_ENDPOINT = "https://api.linear.app/graphql";
export const SECRET_KEYS = ["api_key", "webhook_secret"];
const KEYS = ["endpoint", "api_key", "project_slug", "team", "all_teams", "labels", "assignee", "webhook_secret"];
const LOCAL_HOSTS = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Checks `tracker.provider` and completes it. Throws `tracker_invalid_config` with `path`. Its own result passes unchanged. */
export function parseLinearOptions(options: JsonObject): JsonObject {
  const read = check(options);
  const { project_slug, team, all_teams } = read;
  if (project_slug === undefined && team === undefined && all_teams !== true) {
    throw invalid(["project_slug"], "is missing, and so is team: they say which issues are Maestro's", {
      hint: "Name the project, the team, or both; `all_teams: true` takes every issue that the key can see.",
    });
  }
  if (all_teams === true && team !== undefined) throw invalid(["all_teams"], "contradicts team: keep one of them");
  checkEndpoint(read.endpoint ?? DEFAULT_ENDPOINT);
  return { ...options, endpoint: read.endpoint ?? DEFAULT_ENDPOINT };
}

/**
 * The options with what the environment gives for those left out (S-071): LINEAR_API_KEY and LINEAR_ASSIGNEE. Registers the secrets.
 * Throws like `parseLinearOptions`, and `tracker_missing_secret`.
 */
export function readLinearOptions(
  options: JsonObject,
  { environment, secrets }: Pick<AdapterContext, "environment" | "secrets">,
): LinearSettings {
  const read = check(parseLinearOptions(options));
  const apiKey = given(read.api_key) ?? given(environment.LINEAR_API_KEY);
  if (apiKey === undefined) throw missingKey();
  const webhookSecret = given(read.webhook_secret) ?? null;
  secrets.register("LINEAR_API_KEY", apiKey);
  if (webhookSecret !== null) secrets.register("LINEAR_WEBHOOK_SECRET", webhookSecret);
  return {
    endpoint: read.endpoint ?? DEFAULT_ENDPOINT,
    apiKey,
    projectSlugs: read.project_slug === undefined ? [] : slugsOf(read.project_slug.trim()),
    team: read.team?.trim().toUpperCase() ?? null,
    labels: normaliseLabels(read.labels ?? []),
    assignee: given(read.assignee) ?? given(environment.LINEAR_ASSIGNEE) ?? null,
    webhookSecret,
  };
}

function check(options: JsonObject): LinearOptions {
  // The generated check may write into what it reads.
  const copy: unknown = structuredClone(options);
  if (validateLinearOptions(copy)) return copy;
  throw invalidOptions(validateLinearOptions.errors ?? [], {
    code: "tracker_invalid_config",
    key: "tracker.provider",
    knownKeys: () => KEYS,
  });
}

/** The key goes to this address, so it must not be readable on the way. */
function checkEndpoint(endpoint: string): void {
  if (!URL.canParse(endpoint)) throw invalid(["endpoint"], "is no URL");
  const { protocol, hostname } = new URL(endpoint);
  if (protocol === "https:" || (protocol === "http:" && LOCAL_HOSTS.has(hostname))) return;
  throw invalid(["endpoint"], "must begin with https:// (http:// only for this machine)");
}

/** People copy the project's address, in which the name stands before its `slugId`. */
function slugsOf(written: string): string[] {
  const segment = /\/project\/([^/?#]+)/.exec(written)?.[1] ?? written;
  const id = /-([0-9a-f]{12})$/.exec(segment)?.[1];
  return id === undefined ? [segment] : [segment, id];
}

/** A text with something in it. A reference whose variable is not set stays as it was written and counts as absent. */
function given(value: string | undefined): string | undefined {
  const text = value?.trim();
  return text === undefined || text === "" || /^\$\{?\w+\}?$/.test(text) ? undefined : text;
}

function invalid(path: string[], complaint: string, more: { readonly hint?: string } = {}): MaestroError {
  const message = `tracker.provider.${path.join(".")} ${complaint}`;
  return new MaestroError({ code: "tracker_invalid_config", message, facts: { path }, ...more });
}

function missingKey(): MaestroError {
  return new MaestroError({
    code: "tracker_missing_secret",
    message: "Linear needs an API key, and there is none.",
    hint: "Set LINEAR_API_KEY, or tracker.provider.api_key; Linear makes keys under Settings, Security & access.",
    facts: { path: ["api_key"], variable: "LINEAR_API_KEY" },
  });
}
