import { MaestroError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { GithubAccessOptions } from "./schema.ts";
import { validateGithubAccessOptions } from "./schema.gen.ts";

/** The axis whose codes an adapter throws. */
export type GithubAxis = "tracker" | "forge";

/** How one repository on GitHub is reached. */
export interface GithubPlace {
  readonly owner: string;
  readonly name: string;
  /** Without a trailing slash. */
  readonly apiUrl: string;
  readonly webUrl: string;
}

/** The names of the keys that hold secrets. */
export const GITHUB_SECRET_KEYS: readonly string[] = ["token", "auth.private_key", "webhook_secret"];

const API_URL = "https://api.github.com";

/**
 * Where an adapter's options point to. `remote` is the URL of the workflow's repository, from which a missing `repository` is taken.
 * Throws `tracker_invalid_config` or `forge_invalid_config`.
 */
export function readGithubPlace(options: JsonObject, axis: GithubAxis, remote: string | null): GithubPlace {
  const { repository, api_base_url, web_base_url } = accessOf(options, axis);
  const [owner, name] = (repository?.trim() ?? nameFromRemote(remote) ?? "").split("/");
  if (owner === undefined || name === undefined) throw noRepository(axis);
  const apiUrl = trimmed(api_base_url) ?? API_URL;
  return { owner, name, apiUrl, webUrl: trimmed(web_base_url) ?? webUrlOf(apiUrl) };
}

/** The options that lead to GitHub. Throws `…_invalid_config` for what the adapter's own check let through. */
export function accessOf(options: JsonObject, axis: GithubAxis): GithubAccessOptions & JsonObject {
  if (validateGithubAccessOptions(options)) return options;
  throw new MaestroError({ code: `${axis}_invalid_config`, message: "These options do not lead to GitHub." });
}

function trimmed(url: string | null | undefined): string | undefined {
  const text = url?.trim().replace(/\/+$/, "");
  return text === "" ? undefined : text;
}

/** A server of one's own has its API below its own address, GitHub's has it beside. */
function webUrlOf(apiUrl: string): string {
  return apiUrl.replace(/\/api(?:\/v3)?$/, "").replace(/^(https?:\/\/)api\./i, "$1");
}

/** `owner/name` at the end of an HTTPS or SSH address. */
function nameFromRemote(remote: string | null): string | undefined {
  return /[:/]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(remote ?? "")?.[1];
}

function noRepository(axis: GithubAxis): MaestroError {
  const key = axis === "forge" ? "repo.provider.repository" : "tracker.provider.repository";
  return new MaestroError({
    code: `${axis}_invalid_config`,
    message: `${key} is missing, and repo.remote does not tell the repository either.`,
    hint: `Set ${key} to owner/name.`,
    facts: { path: ["repository"] },
  });
}
