import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { invalidOptions } from "../../contracts/adapter-options.ts";
import { validateCodexOptions } from "./schema.gen.ts";
import type { CodexOptions } from "./schema.ts";

const KEYS = [
  "command",
  "command_argv",
  "approval_policy",
  "thread_sandbox",
  "turn_sandbox_policy",
  "model",
  "reasoning_effort",
  "developer_instructions",
  "config",
  "trust_repository",
  "tools",
] satisfies (keyof CodexOptions)[];

/** What is started when the workflow file names nothing (S-053). */
const DEFAULT_COMMAND: readonly string[] = ["codex", "app-server"];
/** Nobody is there to be asked: what the sandbox forbids is refused to the model, and it goes on. */
export const DEFAULT_APPROVAL_POLICY = "never";
export const DEFAULT_SANDBOX = "workspace-write";

/** Checks `agent_provider.options`. Throws `agent_invalid_config` with the path of what is wrong. */
export function parseCodexOptions(options: JsonObject): CodexOptions {
  if (validateCodexOptions(options)) return options;
  throw invalidOptions(validateCodexOptions.errors ?? [], {
    code: "agent_invalid_config",
    key: "agent_provider.options",
    knownKeys: (path) => (path.length === 0 ? KEYS : []),
  });
}

/** What is started: a shell line, or a program with its arguments. */
export function commandOf({ command, command_argv: argv }: CodexOptions): string | readonly string[] {
  return command ?? argv ?? DEFAULT_COMMAND;
}

/**
 * The approval policy as Codex has it today. Symphony's own files say `reject: {…}`, which Codex has since turned round into
 * `granular: {…}`; everything else goes through as it is written.
 */
export function approvalPolicyOf({ approval_policy: policy }: CodexOptions): JsonValue {
  if (policy === undefined || typeof policy === "string") return policy ?? DEFAULT_APPROVAL_POLICY;
  const { reject } = policy;
  if (!isJsonObject(reject)) return policy;
  const asks = (key: string): boolean => reject[key] === false;
  return {
    granular: {
      sandbox_approval: asks("sandbox_approval"),
      rules: asks("rules"),
      skill_approval: asks("skill_approval"),
      request_permissions: asks("request_permissions"),
      mcp_elicitations: asks("mcp_elicitations"),
    },
  };
}
