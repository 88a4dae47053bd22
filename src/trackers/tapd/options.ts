import { MaestroError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { invalidOptions } from "../../contracts/adapter-options.ts";
import type { AdapterContext } from "../../contracts/tracker.ts";
import { normaliseLabels, stateKey } from "../../model/issue.ts";
import type { Entity } from "./entities.ts";
import type { TapdOptions } from "./schema.ts";
import { validateTapdOptions } from "./schema.gen.ts";
import { isZone } from "./zone.ts";

/** The options as the client uses them. */
export interface TapdSettings {
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly webUrl: string;
  readonly user: string;
  readonly password: string;
  readonly workspaceId: string;
  readonly entities: readonly Entity[];
  /** Types of stories; `null`: all that the workspace has. */
  readonly typeIds: readonly string[] | null;
  /** Only these may be worked on; `null`: all. */
  readonly candidateIds: readonly string[] | null;
  /** All of them must be on an issue. Lower case. */
  readonly labels: readonly string[];
  /** A nick name; issues of others are shown and not worked on. `null`: whoever it is. */
  readonly owner: string | null;
  /** Who comments of ours are by, in TAPD. */
  readonly author: string;
  /** IANA name of the zone that TAPD's instants are in. */
  readonly zone: string;
  /** Fields that are written with a move, by the key of the state it leads to (`stateKey`). */
  readonly moveFields: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly requestsPerMinute: number;
  readonly webhookSecret: string | null;
}

export const SECRET_KEYS = ["api_password", "api_secret", "webhook_secret"];
const DEFAULT_ENDPOINT = "https://api.tapd.cn";
const KEYS: Readonly<Record<string, readonly string[]>> = {
  "": ["endpoint", "web_base_url", "api_user", "api_password", "api_key", "api_secret", "workspace_id", "items"].concat(
    ["type_ids", "candidate_issue_ids", "labels", "owner", "comment_author", "time_zone", "fields_on_move"],
    ["requests_per_minute", "webhook_secret", "platform"],
  ),
  platform: ["workspace_id", "comment_author", "workitem_type_id", "workitem_type_ids"],
};
const LOCAL_HOSTS = new Set(["localhost", "127.0.0.1", "[::1]"]);
const WHERE_WORKSPACE = "It is the number behind tapd.cn/ in the address of the workspace.";
/** Fields that a move must not write: each has a verb of its own. */
const OWN_FIELDS = ["id", "status", "workspace_id", "current_user"];

/** Checks `tracker.provider`. Throws `tracker_invalid_config` with `path`. Its own result passes unchanged. */
export function parseTapdOptions(options: JsonObject): JsonObject {
  const read = checked(options);
  const zone = read.time_zone;
  if (zone !== undefined && !isZone(zone))
    throw invalid(["time_zone"], "is no time zone", "Name one like Asia/Shanghai.");
  checkWorkspace(["workspace_id"], read.workspace_id);
  checkWorkspace(["platform", "workspace_id"], read.platform?.workspace_id);
  checkAddress("endpoint", read.endpoint);
  checkAddress("web_base_url", read.web_base_url);
  if (read.items?.includes("stories") === false && typesOf(read) !== null) {
    throw invalid(["type_ids"], "is for stories, and items leaves them out", "Only stories have types.");
  }
  for (const [state, fields] of Object.entries(read.fields_on_move ?? {})) {
    const own = Object.keys(fields).find((name) => OWN_FIELDS.includes(name));
    if (own !== undefined) throw invalid(["fields_on_move", state, own], "cannot be written with a move");
  }
  return options;
}

/**
 * The options with what the environment gives for those left out (S-071): TAPD_API_USER, TAPD_API_PASSWORD, TAPD_WORKSPACE_ID,
 * TAPD_COMMENT_AUTHOR. Registers the secrets. Throws like `parseTapdOptions`, and `tracker_missing_secret`.
 */
export function readTapdOptions(
  options: JsonObject,
  { environment, secrets }: Pick<AdapterContext, "environment" | "secrets">,
): TapdSettings {
  const read = checked(parseTapdOptions(options));
  const user = given(read.api_user) ?? given(read.api_key) ?? given(environment.TAPD_API_USER);
  const password = given(read.api_password) ?? given(read.api_secret) ?? given(environment.TAPD_API_PASSWORD);
  if (user === undefined) throw missing("api_user", "TAPD_API_USER", "user");
  if (password === undefined) throw missing("api_password", "TAPD_API_PASSWORD", "password");
  const workspaceId =
    given(read.workspace_id) ?? given(read.platform?.workspace_id) ?? given(environment.TAPD_WORKSPACE_ID);
  if (workspaceId === undefined) throw missingWorkspace();
  const webhookSecret = given(read.webhook_secret) ?? null;
  secrets.register("TAPD_API_PASSWORD", password);
  secrets.register("TAPD_API_PASSWORD", Buffer.from(`${user}:${password}`).toString("base64"));
  if (webhookSecret !== null) secrets.register("TAPD_WEBHOOK_SECRET", webhookSecret);
  const author =
    given(read.comment_author) ?? given(read.platform?.comment_author) ?? given(environment.TAPD_COMMENT_AUTHOR);
  return {
    endpoint: trimmedAddress(read.endpoint ?? DEFAULT_ENDPOINT),
    webUrl: trimmedAddress(read.web_base_url ?? "https://www.tapd.cn"),
    ...{ user, password, workspaceId, webhookSecret },
    entities: (read.items ?? ["stories"]).map((name) => (name === "stories" ? "story" : "bug")),
    typeIds: typesOf(read),
    candidateIds: read.candidate_issue_ids?.map((id) => id.trim()) ?? null,
    labels: normaliseLabels(read.labels ?? []),
    owner: given(read.owner) ?? null,
    author: author ?? user,
    // What TAPD's documents name as the default of an account.
    requestsPerMinute: read.requests_per_minute ?? 60,
    zone: read.time_zone ?? "Asia/Shanghai",
    moveFields: new Map(Object.entries(read.fields_on_move ?? {}).map(([state, fields]) => [stateKey(state), fields])),
  };
}

function checked(options: JsonObject): TapdOptions {
  // The generated check may write into what it reads.
  const copy: unknown = structuredClone(options);
  if (validateTapdOptions(copy)) return copy;
  const faults = validateTapdOptions.errors ?? [];
  const number = faults.find(
    ({ instancePath, keyword }) => keyword === "type" && /type_ids?(?:\/\d+)?$/.test(instancePath),
  );
  if (number !== undefined) {
    const path = number.instancePath.split("/").slice(1);
    throw invalid(path, "must be a text", 'Put the id in quotes ("1120…"): as a number it loses its last digits.');
  }
  throw invalidOptions(faults, {
    code: "tracker_invalid_config",
    key: "tracker.provider",
    knownKeys: (path) => KEYS[path.join(".")] ?? [],
  });
}

function typesOf({ type_ids, platform }: TapdOptions): string[] | null {
  const one = platform?.workitem_type_id;
  const ids = type_ids ?? platform?.workitem_type_ids ?? (one === undefined ? undefined : [one]);
  return ids?.map((id) => id.trim()) ?? null;
}

function checkWorkspace(path: string[], written: string | number | undefined): void {
  const id = given(written);
  if (id !== undefined && !/^\d+$/.test(id)) throw invalid(path, "is no number of a workspace", WHERE_WORKSPACE);
}

/** The password goes to this address with each request, and TAPD does not turn http away. */
function checkAddress(key: string, address: string | undefined): void {
  if (address === undefined) return;
  if (!URL.canParse(address)) throw invalid([key], "is no URL");
  const { protocol, hostname } = new URL(address);
  if (protocol === "https:" || (protocol === "http:" && LOCAL_HOSTS.has(hostname))) return;
  throw invalid([key], "must begin with https:// (http:// only for this machine)");
}

function trimmedAddress(address: string): string {
  return address.trim().replace(/\/+$/, "");
}

/** A text with something in it. A reference whose variable is not set stays as it was written and counts as absent. */
function given(value: string | number | undefined): string | undefined {
  const text = value === undefined ? "" : String(value).trim();
  return text === "" || /^\$\{?\w+\}?$/.test(text) ? undefined : text;
}

function invalid(path: string[], complaint: string, hint?: string): MaestroError {
  const message = `tracker.provider.${path.join(".")} ${complaint}`;
  return new MaestroError({ code: "tracker_invalid_config", message, facts: { path }, hint });
}

function missing(key: string, variable: string, what: string): MaestroError {
  return new MaestroError({
    code: "tracker_missing_secret",
    message: `TAPD needs the ${what} of an API account, and there is none.`,
    hint: `Set ${variable}, or tracker.provider.${key}; a company's administrator makes API accounts under Open Platform in TAPD.`,
    facts: { path: [key], variable },
  });
}

function missingWorkspace(): MaestroError {
  return invalid(
    ["workspace_id"],
    "is missing: it says in which workspace the issues are",
    `${WHERE_WORKSPACE} TAPD_WORKSPACE_ID can say it too.`,
  );
}
