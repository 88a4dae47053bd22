import { MaestroError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject, parseJson } from "../../base/json.ts";
import { invalidOptions } from "../../contracts/adapter-options.ts";
import { declaredOf } from "./map.ts";
import type { MemoryIssue } from "./schema.ts";
import { validateMemoryOptions } from "./schema.gen.ts";

/** The options with their defaults and names as text. */
export interface MemorySettings {
  readonly issues: readonly MemoryIssue[];
  readonly persist: boolean;
}

const OPTION_KEYS = ["issue", "issues", "persist_state_updates"];
const BLOCKER_KEYS = ["id", "identifier", "state"];
const ISSUE_KEYS = [
  ...["id", "identifier", "title", "state", "description", "priority", "labels", "blocked_by", "branch_name", "url"],
  ...["assignee_id", "dispatchable", "native_ref", "created_at", "updated_at"],
];

/** Checks `tracker.provider` and completes it. Throws `tracker_invalid_config` with `path`. Its own result passes unchanged. */
export function parseMemoryOptions(options: JsonObject): JsonObject {
  const { issues, persist } = readMemoryOptions(options);
  const plain = parseJson(JSON.stringify({ issues, persist_state_updates: persist }));
  return isJsonObject(plain) ? plain : options;
}

/** The options as the client uses them. Throws like `parseMemoryOptions`. */
export function readMemoryOptions(options: JsonObject): MemorySettings {
  // The generated check may write into what it reads.
  const copy: unknown = structuredClone(options);
  if (!validateMemoryOptions(copy)) {
    throw invalidOptions(validateMemoryOptions.errors ?? [], {
      code: "tracker_invalid_config",
      key: "tracker.provider",
      knownKeys: (path) => (path.length === 0 ? OPTION_KEYS : path.includes("blocked_by") ? BLOCKER_KEYS : ISSUE_KEYS),
    });
  }
  const issues = [...(copy.issue === undefined ? [] : [copy.issue]), ...(copy.issues ?? [])].map(declaredOf);
  refuseTwins(issues, "id", copy.issue === undefined ? 0 : 1);
  refuseTwins(issues, "identifier", copy.issue === undefined ? 0 : 1);
  return { issues, persist: copy.persist_state_updates ?? true };
}

function refuseTwins(issues: readonly MemoryIssue[], key: "id" | "identifier", before: number): void {
  const seen = new Set<unknown>();
  for (const [at, issue] of issues.entries()) {
    if (!seen.has(issue[key])) {
      seen.add(issue[key]);
      continue;
    }
    const path = ["issues", at - before, key];
    throw new MaestroError({
      code: "tracker_invalid_config",
      message: `tracker.provider.${path.join(".")} "${String(issue[key])}" is already used by another issue`,
      facts: { path },
    });
  }
}
