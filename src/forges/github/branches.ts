import { isMaestroError } from "../../base/errors.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import { type GithubClient, unlessAbsent } from "../../github/index.ts";
import { validateRefAnswer } from "./schema.gen.ts";

/** The commit at the tip of a branch, or `undefined` when there is no such branch. */
export async function readBranch(
  client: GithubClient,
  branch: string,
  options: CallOptions,
): Promise<string | undefined> {
  const route = "GET /repos/{owner}/{repo}/git/ref/{ref}";
  const answer = await unlessAbsent(client, client.get(route, { ref: `heads/${branch}` }, options), options);
  if (answer === undefined) return undefined;
  if (!validateRefAnswer(answer)) throw client.unreadable(route);
  return answer.object.sha;
}

/** Deletes a branch that stands at `expectedHead`. GitHub compares nothing, so a push between look and deletion is not seen. */
export async function removeBranch(
  client: GithubClient,
  branch: string,
  expectedHead: string | null,
  options: CallOptions,
): Promise<"deleted" | "already" | "moved"> {
  const head = await readBranch(client, branch, options);
  if (head === undefined) return "already";
  if (expectedHead !== null && head !== expectedHead) return "moved";
  try {
    await client.write("DELETE /repos/{owner}/{repo}/git/refs/{ref}", { ref: `heads/${branch}` }, options);
    return "deleted";
  } catch (error) {
    if (isMaestroError(error) && /reference does not exist/i.test(error.message)) return "already";
    throw error;
  }
}
