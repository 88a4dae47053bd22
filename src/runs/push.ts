import { MaestroError } from "../base/errors.ts";
import type { HostGit } from "../git/index.ts";
import type { WorkContext } from "./context.ts";
import { carryOutRows } from "./outbox-rows.ts";

/** Pushes what the assignment says, and states what the remote shows afterwards. Throws `git_rejected` and Git's other codes. */
export async function pushRows(context: WorkContext): Promise<void> {
  const git = gitOf(context);
  const pushed = await carryOutRows(context, {
    kind: "push",
    send: ({ branch, sha, expected }, signal) => git.push(branch, sha, expected, signal),
    lookUp: async ({ branch, sha }, signal) =>
      (await git.remoteHead(branch, signal)) === sha ? { result: "pushed" } : undefined,
  });
  for (const { intent } of pushed) {
    await context.observer.observe({
      type: "evidence_recorded",
      data: {
        kind: "pushed",
        witness: "host",
        ok: true,
        sentence: `The remote shows ${intent.sha.slice(0, 10)} on ${intent.branch}.`,
        headSha: intent.sha,
        facts: { branch: intent.branch },
      },
    });
  }
}

/** The project's Git. Throws `git_no_repository` when the workflow has lost it meanwhile. */
export function gitOf({ parts, workflow }: WorkContext): HostGit {
  const git = parts.git(workflow);
  if (git !== null) return git;
  throw new MaestroError({
    code: "git_no_repository",
    message: "The workflow has no repository any more, but the lane has a branch.",
    hint: "Put the section `repo` back into the workflow file.",
  });
}
