import { MaestroError } from "../base/errors.ts";
import type { HostGit } from "../git/index.ts";
import type { OutboxRow } from "../model/outbox.ts";
import type { WorkContext } from "./context.ts";
import { carryOutRow, carryOutRows, type IntentOf, isOf, type Verb } from "./outbox-rows.ts";

/** Pushes what the assignment says, and states what the remote shows afterwards. Throws `git_rejected` and Git's other codes. */
export async function pushRows(context: WorkContext): Promise<void> {
  const pushed = await carryOutRows(context, verbOf(context));
  for (const { intent } of pushed) await statePushed(context, intent);
}

/** Pushes one planned row; throws as `pushRows`. */
export async function pushRow(context: WorkContext, row: OutboxRow | undefined): Promise<string | null> {
  if (row === undefined || !isOf(row.intent, "push")) return null;
  const result = await carryOutRow(context, row, row.intent, verbOf(context));
  await statePushed(context, row.intent);
  return result;
}

function verbOf(context: WorkContext): Verb<"push"> {
  const git = gitOf(context);
  return {
    kind: "push",
    send: ({ branch, sha, expected }, signal) => git.push(branch, sha, expected, signal),
    lookUp: async ({ branch, sha }, signal) =>
      (await git.remoteHead(branch, signal)) === sha ? { result: "pushed" } : undefined,
  };
}

async function statePushed({ observer }: WorkContext, { branch, sha }: IntentOf<"push">): Promise<void> {
  await observer.observe({
    type: "evidence_recorded",
    data: {
      kind: "pushed",
      witness: "host",
      ok: true,
      sentence: `The remote shows ${sha.slice(0, 10)} on ${branch}.`,
      headSha: sha,
      facts: { branch },
    },
  });
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
