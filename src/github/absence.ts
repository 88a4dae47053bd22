import { isMaestroError, MaestroError } from "../base/errors.ts";
import type { CallOptions } from "../contracts/outside.ts";
import type { GithubClient } from "./client.ts";

/**
 * What was asked for, or `undefined` when there is no such thing. GitHub also says "Not Found" of a repository that the credential may not see
 * any more, which is no absence: that throws `…_auth`.
 */
export async function unlessAbsent<T>(
  client: GithubClient,
  asked: Promise<T>,
  options: CallOptions,
): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (!isMissing(error)) throw error;
    await requireRepository(client, options);
    return undefined;
  }
}

async function requireRepository(client: GithubClient, options: CallOptions): Promise<void> {
  try {
    await client.get("GET /repos/{owner}/{repo}", {}, options);
  } catch (error) {
    if (!isMissing(error)) throw error;
    const { owner, name } = client.place;
    throw new MaestroError({
      code: error.code.replace("not_found", "auth"),
      message: `The credential cannot see the repository ${owner}/${name}, or it is gone.`,
      hint: "Give the credential access to the repository, or set its present name.",
      facts: { repository: `${owner}/${name}` },
      cause: error,
    });
  }
}

function isMissing(error: unknown): error is MaestroError {
  return isMaestroError(error) && /^(?:tracker|forge)_not_found$/.test(error.code);
}
