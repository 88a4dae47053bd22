import { isMaestroError } from "../../base/errors.ts";
import { answered, outsideTool, refused } from "./outside-tool.ts";
import {
  schemaOfCommitArguments,
  schemaOfDiffArguments,
  schemaOfNoArguments,
  validateCommitArguments,
  validateDiffArguments,
  validateNoArguments,
} from "./schema.gen.ts";

/** Longest diff of one answer, bytes. */
const LONGEST_DIFF = 48 * 1024;
const MOST_FILES = 200;

/** Where branch and tree stand. */
export const repoStatus = outsideTool({
  name: "repo_status",
  description:
    "Show the branch of this run, its head, what is pushed, what no commit has yet, and conflicts to be solved.",
  effect: "read",
  capability: "repo",
  schema: schemaOfNoArguments,
  validate: validateNoArguments,
  answer: async (_, outside, { signal }) => {
    const { branch, base, headSha, pushedSha, unpushed, dirtyFiles, conflicts } = await outside.repo.status({ signal });
    return answered({
      ...{ branch, base, head_sha: headSha, pushed_sha: pushedSha, unpushed_commits: unpushed },
      clean: dirtyFiles.length === 0,
      dirty_files: dirtyFiles.slice(0, MOST_FILES),
      dirty_files_left_out: Math.max(0, dirtyFiles.length - MOST_FILES),
      conflicts,
    });
  },
});

/** Everything that a change of this branch would hold. */
export const repoDiff = outsideTool({
  name: "repo_diff",
  description:
    "Show how the workspace differs from the commit where its branch left the base: committed work and work that no commit has, new files " +
    "included.",
  effect: "read",
  capability: "repo",
  schema: schemaOfDiffArguments,
  validate: validateDiffArguments,
  answer: async ({ check = false }, outside, { signal }) => {
    const { diff, files, problems } = await outside.repo.diff({ signal, maxBytes: LONGEST_DIFF });
    const named = files.slice(0, MOST_FILES);
    return answered({
      files: named,
      files_left_out: files.length - named.length,
      problems,
      ...(check ? {} : { diff }),
    });
  },
});

/** A commit by the host. */
export const repoCommit = outsideTool({
  name: "repo_commit",
  description:
    "Commit everything in the workspace on this run's branch, as the host does it. While conflicts with the base are not solved it is refused.",
  effect: "write",
  capability: "repo",
  schema: schemaOfCommitArguments,
  validate: validateCommitArguments,
  answer: async ({ message }, outside, { signal }) => {
    const { headSha, committed, changed } = await outside.repo.commit(message, { signal });
    return answered({ head_sha: headSha, committed, differs_from_base: changed });
  },
});

/** The newest base in this run's branch. */
export const repoSyncBase = outsideTool({
  name: "repo_sync_base",
  description:
    "Merge the newest base into this run's branch. With conflicts, their files hold markers: solve them, then call repo_commit. Work that is " +
    "not committed has to be committed before.",
  effect: "write",
  capability: "repo",
  schema: schemaOfNoArguments,
  validate: validateNoArguments,
  answer: async (_, outside, { signal }) => {
    try {
      return answered(await outside.repo.syncBase({ signal }));
    } catch (error) {
      if (!isMaestroError(error) || error.code !== "git_dirty_tree") throw error;
      return refused("git_dirty_tree: There is work that no commit has. Call repo_commit first, then this again.");
    }
  },
});

/** What is committed, on the remote. */
export const repoPush = outsideTool({
  name: "repo_push",
  description:
    "Push what is committed on this run's branch. It never overwrites what somebody else pushed. Called again, it waits for a push that is " +
    "under way.",
  effect: "write",
  capability: "repo",
  schema: schemaOfNoArguments,
  validate: validateNoArguments,
  answer: async (_, outside, { signal }) => {
    const { headSha, result } = await outside.repo.push({ signal });
    return answered({ head_sha: headSha, result });
  },
});
