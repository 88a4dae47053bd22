import type { JsonObject } from "../../base/json.ts";
import { invalidOptions } from "../../contracts/adapter-options.ts";
import type { MergeMethod } from "../../contracts/forge.ts";
import type { GithubForgeOptions } from "./schema.ts";
import { validateGithubForgeOptions } from "./schema.gen.ts";

/** The options as the client uses them. */
export interface GithubForgeSettings {
  readonly mergeMethod: MergeMethod;
  /** Set on every change; `null`: none. */
  readonly label: string | null;
  /** Names of the checks that count; `null`: as the branch's rules say. */
  readonly requiredChecks: readonly string[] | null;
  readonly webhookSecret: string | undefined;
}

const KEYS: Readonly<Record<string, readonly string[]>> = {
  "": ["repository", "api_base_url", "web_base_url", "token", "auth", "webhook_secret"].concat([
    "merge_method",
    "required_checks",
    "options",
  ]),
  auth: ["from", "app_id", "private_key", "installation_id"],
  options: ["required_pr_label"],
};

/** Checks `repo.provider`. Throws `forge_invalid_config` with `path`. */
export function parseGithubOptions(options: JsonObject): JsonObject {
  return checked(options);
}

/** The part of the options that is not about reaching GitHub. Throws `forge_invalid_config`. */
export function readGithubOptions(options: JsonObject): GithubForgeSettings {
  const { merge_method, options: own, required_checks, webhook_secret } = checked(options);
  const label = own?.required_pr_label?.trim() ?? "";
  return {
    mergeMethod: merge_method ?? "squash",
    label: label === "" ? null : label,
    requiredChecks: required_checks ?? null,
    webhookSecret: webhook_secret,
  };
}

function checked(options: JsonObject): GithubForgeOptions & JsonObject {
  if (validateGithubForgeOptions(options)) return options;
  throw invalidOptions(validateGithubForgeOptions.errors ?? [], {
    code: "forge_invalid_config",
    key: "repo.provider",
    knownKeys: (path) => KEYS[path.join(".")] ?? [],
  });
}
