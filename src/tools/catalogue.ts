import type { Tool } from "../contracts/tool.ts";
import { changeChecks, changeDiscussion, changeSnapshot } from "./outside/change-reading.ts";
import { changeComment, changeMerge, changeOpen, changeReply, changeRequestReview } from "./outside/change-writing.ts";
import { issueRelations, issueSnapshot } from "./outside/issue-reading.ts";
import {
  issueAttach,
  issueComment,
  issueFollowUp,
  issueMove,
  issueUpdate,
  issueWorkpad,
} from "./outside/issue-writing.ts";
import { linearGraphql } from "./outside/linear-graphql.ts";
import { repoCommit, repoDiff, repoPush, repoStatus, repoSyncBase } from "./outside/repo-tools.ts";
import { runAsk } from "./run-ask.ts";
import { runAttention } from "./run-attention.ts";
import { runCheckpoint } from "./run-checkpoint.ts";
import { runFinalize } from "./run-finalize.ts";
import { runHandoff } from "./run-handoff.ts";
import { runRepairDone } from "./run-repair-done.ts";
import { runResult } from "./run-result.ts";

/** Every tool that an agent can be given, in the order of the reference. */
export const CATALOGUE: readonly Tool[] = [
  ...[runHandoff, runRepairDone, runResult, runAsk, runAttention, runFinalize],
  ...[runCheckpoint],
  ...[issueSnapshot, issueRelations, issueMove, issueWorkpad, issueComment, issueAttach, issueFollowUp, issueUpdate],
  ...[repoStatus, repoDiff, repoCommit, repoSyncBase, repoPush],
  ...[changeOpen, changeSnapshot, changeDiscussion, changeComment, changeReply, changeChecks, changeRequestReview],
  ...[changeMerge, linearGraphql],
];

/** The names of all of them. */
export function toolNames(): readonly string[] {
  return CATALOGUE.map(({ name }) => name);
}
