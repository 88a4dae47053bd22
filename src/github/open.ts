import type { JsonObject } from "../base/json.ts";
import { parseInstant } from "../model/issue.ts";
import type { AdapterContext } from "../contracts/tracker.ts";
import { accessOf, type GithubAxis, readGithubPlace } from "./access.ts";
import type { GithubClient } from "./client.ts";
import { validateInstallationToken } from "./schema.gen.ts";
import { openTokens, type TokenContext } from "./tokens.ts";

/** The client that an adapter's options lead to. Throws `…_invalid_config`, `…_missing_secret`, `…_auth`. */
export async function openGithub(
  options: JsonObject,
  axis: GithubAxis,
  context: AdapterContext,
): Promise<GithubClient> {
  const { clock, secrets, environment } = context;
  const access = accessOf(options, axis);
  // Octokit is loaded when an adapter is opened, not when a workflow file is checked.
  const { GithubClient } = await import("./client.ts");
  const place = readGithubPlace(options, axis, context.repository?.remote ?? null);
  if (access.webhook_secret !== undefined) secrets.register("webhook_secret", access.webhook_secret);
  const installationToken: TokenContext["installationToken"] = async (jwt, installation, signal) => {
    const app = { credential: jwt, token: async () => jwt };
    const client = new GithubClient({ axis, place, tokens: app, clock });
    const route = "POST /app/installations/{installation_id}/access_tokens";
    const answer = await client.write(route, { installation_id: installation }, { signal });
    const expiresAt = validateInstallationToken(answer) ? parseInstant(answer.expires_at) : null;
    if (!validateInstallationToken(answer) || expiresAt === null) throw client.unreadable(route, true);
    return { token: answer.token, expiresAt };
  };
  const tokens = await openTokens(access, { axis, place, clock, secrets, environment, installationToken });
  return new GithubClient({ axis, place, tokens, clock });
}
