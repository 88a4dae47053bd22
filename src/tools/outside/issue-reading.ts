import type { ToolContext } from "../../contracts/tool.ts";
import type { IssueComment } from "../../model/issue.ts";
import { shownIssue, USUAL_TRUST } from "../../model/trust.ts";
import { answered, outsideTool } from "./outside-tool.ts";
import { cut, fitting, instant, trustWord, words, WORDS_OF_OTHERS } from "./remarks.ts";
import {
  schemaOfNoArguments,
  schemaOfSnapshotArguments,
  validateNoArguments,
  validateSnapshotArguments,
} from "./schema.gen.ts";

const LONGEST_DESCRIPTION = 16_000;

/** The issue as the tracker shows it now. */
export const issueSnapshot = outsideTool({
  name: "issue_snapshot",
  description:
    "Show the issue of this run as the tracker shows it now: its words, state, labels, blockers and newest comments, and the states " +
    "that issue_move takes.",
  effect: "read",
  capability: "issue",
  schema: schemaOfSnapshotArguments,
  validate: validateSnapshotArguments,
  answer: async ({ comments: most = 20 }, outside, context) => {
    const { signal, nonce, trust = USUAL_TRUST } = context;
    const read = await outside.issue.read({ signal });
    const issue = shownIssue(trust, read, nonce);
    const said = most === 0 ? [] : await outside.issue.comments({ signal });
    const { shown, left_out } = fitting(
      said.map((one) => remarkOf(one, context)),
      most,
    );
    const { identifier, title, state, priority, labels, url, assigneeId: owner, blockedBy: blocked_by } = issue;
    return answered({
      untrusted: WORDS_OF_OTHERS,
      issue: {
        identifier,
        title,
        state,
        priority,
        labels,
        url,
        owner,
        blocked_by,
        updated_at: instant(issue.updatedAt),
      },
      description: issue.description === null ? null : cut(issue.description, LONGEST_DESCRIPTION),
      may_move_to: outside.issue.states(issue),
      comments: shown,
      comments_left_out: left_out,
    });
  },
});

/** The other issues that the issue is linked to. */
export const issueRelations = outsideTool({
  name: "issue_relations",
  description:
    "List the issues that this run's issue is linked to: blockers, parents, children, duplicates, related ones.",
  effect: "read",
  capability: "issue.relations",
  schema: schemaOfNoArguments,
  validate: validateNoArguments,
  answer: async (_, outside, { signal }) => {
    const relations = await outside.issue.relations({ signal });
    return answered({
      relations: relations.map(({ kind, identifier, state }) => ({ kind, identifier, state })),
    });
  },
});

function remarkOf({ id, author, trust, at, topic, body }: IssueComment, context: ToolContext) {
  const by = topic === null ? author : "maestro";
  return {
    id,
    author: by,
    trust: trustWord(trust),
    at: instant(at),
    ...(topic === null ? {} : { topic }),
    text: topic === null ? words(context, { author, trust: trustWord(trust), text: body }) : cut(body),
  };
}
