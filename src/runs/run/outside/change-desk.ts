import { MaestroError } from "../../../base/errors.ts";
import type { RunOutside } from "../../../contracts/run-outside.ts";
import type { Issue } from "../../../model/issue.ts";
import type { Intent } from "../../../model/outbox.ts";
import type { WorkContext } from "../../context.ts";
import { forgeOf, readChange } from "./change-reading.ts";
import { askGate } from "./gates.ts";
import { branchOf } from "./repo-desk.ts";
import type { ToolWrites } from "./tool-writes.ts";

/** Longest title of a change, characters; forges cut or refuse longer ones. */
const LONGEST_TITLE = 200;

/** The one change of the lane's branch. */
export function changeDesk(context: WorkContext, path: string, writes: ToolWrites): RunOutside["change"] {
  const { parts, workflow, assignment } = context;
  return {
    read: ({ signal }) => readChange(context, signal),
    checkLog: async (check, { signal, maxBytes }) => {
      const forge = forgeOf(context);
      const { changeId } = await branchOf(context);
      if (changeId === null || forge.checkLog === undefined) return null;
      return forge.checkLog(changeId, check, { signal, maxBytes });
    },
    open: async ({ title, body }, { signal }) => {
      const { name, pushedSha } = await branchOf(context);
      if (pushedSha === null) throw notPushed();
      const redact = (text: string): string => parts.secrets.redact(text);
      const intent: Extract<Intent, { kind: "ensure_change" }> = {
        kind: "ensure_change",
        ...{ branch: name, base: workflow.repo?.baseBranch ?? "", headSha: pushedSha },
        title: cut(redact(title.trim())),
        body: linked(redact(body.trim()), assignment.issue),
        ...(forgeOf(context).capabilities.drafts === true ? { draft: true } : {}),
        byAgent: true,
      };
      return writes.write({ intent, topic: name, lasts: true }, signal);
    },
    judgeMerge: ({ signal }) => askGate(context, "landing", { path, issue: assignment.issue }, signal),
  };
}

/** The gate before review asks for the link from a change to its issue, so the host sees to it. */
function linked(body: string, { identifier, url }: Issue): string {
  if (body.includes(identifier)) return body;
  return `${body}\n\nIssue: ${url === null ? identifier : `[${identifier}](${url})`}`;
}

function cut(text: string): string {
  return text.length <= LONGEST_TITLE ? text : `${text.slice(0, LONGEST_TITLE - 1)}…`;
}

function notPushed(): MaestroError {
  return new MaestroError({
    code: "git_not_pushed",
    message: "Nothing of this branch was pushed yet. Call repo_commit, then repo_push.",
  });
}
