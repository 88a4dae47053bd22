import { MaestroError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { invalidOptions } from "../../contracts/adapter-options.ts";
import type { MergeMethod } from "../../contracts/forge.ts";
import type { AdapterContext } from "../../contracts/tracker.ts";
import type { CnbForgeOptions } from "./schema.ts";
import { validateCnbForgeOptions } from "./schema.gen.ts";

/** How one repository on CNB is reached. Addresses have no trailing slash. */
export interface CnbPlace {
  /** `group/name`, or deeper. */
  readonly repository: string;
  readonly apiUrl: string;
  readonly webUrl: string;
  readonly token: string;
}

/** The options as the client uses them. */
export interface CnbSettings {
  readonly place: CnbPlace;
  readonly mergeMethod: MergeMethod;
  /** Set on every change; `null`: none. */
  readonly label: string | null;
  /** Names of the checks that count; `null`: all. */
  readonly requiredChecks: readonly string[] | null;
  readonly webhookSecret: string | undefined;
}

/** The names of the keys that hold secrets. */
export const SECRET_KEYS: readonly string[] = ["token", "webhook_secret"];

const API_URL = "https://api.cnb.cool";
const VARIABLE = "CNB_TOKEN";
const LOCAL_HOSTS = new Set(["localhost", "127.0.0.1", "[::1]"]);
const KEYS: Readonly<Record<string, readonly string[]>> = {
  "": ["repository", "api_base_url", "web_base_url", "token", "auth", "webhook_secret"].concat([
    "merge_method",
    "required_checks",
    "options",
  ]),
  auth: ["from"],
  options: ["required_pr_label"],
};

/** Checks `repo.provider`. Throws `forge_invalid_config` with `path`. */
export function parseCnbOptions(options: JsonObject): JsonObject {
  const read = checked(options);
  checkAddress("api_base_url", read.api_base_url);
  checkAddress("web_base_url", read.web_base_url);
  return read;
}

/** The token goes to these addresses, so it must not be readable on the way. */
function checkAddress(key: string, url: string | null | undefined): void {
  if (url == null) return;
  if (URL.canParse(url)) {
    const { protocol, hostname } = new URL(url);
    if (protocol === "https:" || LOCAL_HOSTS.has(hostname)) return;
  }
  throw new MaestroError({
    code: "forge_invalid_config",
    message: `repo.provider.${key} must begin with https:// (http:// only for this machine)`,
    facts: { path: [key] },
  });
}

/** The options with the repository from `repo.remote` where it is left out, and the token. Throws also `forge_missing_secret`. */
export function readCnbOptions(options: JsonObject, context: AdapterContext): CnbSettings {
  const read = checked(parseCnbOptions(options));
  const apiUrl = address(read.api_base_url) ?? API_URL;
  const webUrl = address(read.web_base_url) ?? apiUrl.replace(/^(https?:\/\/)api\./i, "$1");
  const repository = read.repository?.trim() ?? nameFrom(context.repository?.remote ?? null, webUrl);
  if (repository === undefined) throw noRepository();
  const token = tokenOf(read, context);
  context.secrets.register("cnb_token", token);
  if (read.webhook_secret !== undefined) context.secrets.register("webhook_secret", read.webhook_secret);
  const label = read.options?.required_pr_label?.trim() ?? "";
  return {
    place: { repository, apiUrl, webUrl, token },
    mergeMethod: read.merge_method ?? "squash",
    label: label === "" ? null : label,
    requiredChecks: read.required_checks ?? null,
    webhookSecret: read.webhook_secret,
  };
}

function checked(options: JsonObject): CnbForgeOptions & JsonObject {
  if (validateCnbForgeOptions(options)) return options;
  throw invalidOptions(validateCnbForgeOptions.errors ?? [], {
    code: "forge_invalid_config",
    key: "repo.provider",
    knownKeys: (path) => KEYS[path.join(".")] ?? [],
  });
}

function tokenOf({ token, auth }: CnbForgeOptions, { environment }: Pick<AdapterContext, "environment">): string {
  if (token !== undefined && auth !== undefined) throw missing("token and auth are both set; keep one");
  const given = (token ?? (auth === undefined ? undefined : environment[VARIABLE]))?.trim() ?? "";
  if (given === "") throw missing(auth === undefined ? "no token is set" : `${VARIABLE} is not set`);
  // A reference that was not resolved stays as it is written.
  if (/^\$\{?\w+\}?$/.test(given)) throw missing(`${given} is not set`);
  return given;
}

function address(url: string | null | undefined): string | undefined {
  const text = url?.trim().replace(/\/+$/, "");
  return text === "" ? undefined : text;
}

/** The path of an HTTPS address on the same host. */
function nameFrom(remote: string | null, webUrl: string): string | undefined {
  if (remote === null || !URL.canParse(remote)) return undefined;
  const { host, pathname } = new URL(remote);
  const name = /^\/([\w.-]+(?:\/[\w.-]+)+)$/.exec(pathname.replace(/(?:\.git)?\/?$/, ""))?.[1];
  return host === new URL(webUrl).host ? name : undefined;
}

function noRepository(): MaestroError {
  return new MaestroError({
    code: "forge_invalid_config",
    message: "repo.provider.repository is missing, and repo.remote does not tell the repository either.",
    hint: "Set repo.provider.repository to group/name.",
    facts: { path: ["repository"] },
  });
}

function missing(why: string): MaestroError {
  return new MaestroError({
    code: "forge_missing_secret",
    message: `CNB needs a token: ${why}.`,
    hint: `Set repo.provider.token to $${VARIABLE}, or repo.provider.auth to {from: environment}, and ${VARIABLE} to a token.`,
    facts: { path: ["token"], variable: VARIABLE },
  });
}
