import type { SessionRequest } from "../../contracts/agent-provider.ts";
import { loginFolder } from "./account.ts";
import type { ClaudeOptions } from "./schema.ts";

/** What it takes from its environment, the strongest first. */
const VARIABLES = [
  ["CLAUDE_CODE_USE_BEDROCK", "a login of Amazon Bedrock"],
  ["CLAUDE_CODE_USE_VERTEX", "a login of Google Cloud"],
  ["ANTHROPIC_AUTH_TOKEN", "the token in ANTHROPIC_AUTH_TOKEN"],
  ["ANTHROPIC_API_KEY", "the key in ANTHROPIC_API_KEY"],
  ["CLAUDE_CODE_OAUTH_TOKEN", "the token of a subscription in CLAUDE_CODE_OAUTH_TOKEN"],
] as const;

/** Which login a session would use, never its value; `null` when none is found. */
export async function findLogin(
  { env = {} }: ClaudeOptions,
  { account, env: given, runtime }: Pick<SessionRequest, "account" | "env" | "runtime">,
): Promise<string | null> {
  const found = VARIABLES.find(([name]) => (env[name] ?? given[name] ?? "") !== "");
  if (found !== undefined) return found[1];
  if (account === undefined) return null;
  const folder = await loginFolder(account, runtime);
  if (folder === null) return null;
  const isOwn = folder.startsWith(account.stateDirectory);
  return isOwn ? "the account's own login" : "the login of this machine (~/.claude/.credentials.json)";
}
