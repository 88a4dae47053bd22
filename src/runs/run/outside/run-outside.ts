import { MaestroError } from "../../../base/errors.ts";
import { shortHash } from "../../../base/ids.ts";
import type { RunOutside, RunWrite } from "../../../contracts/run-outside.ts";
import type { WorkContext } from "../../context.ts";
import { changeDesk } from "./change-desk.ts";
import { issueDesk } from "./issue-desk.ts";
import { offers } from "./offers.ts";
import { branchOf, repoDesk } from "./repo-desk.ts";
import { type TopicWrite, ToolWrites } from "./tool-writes.ts";

/** Topic of the one comment that Maestro keeps up to date on an issue. */
const WORKPAD_TOPIC = "workpad";

/** Tracker, forge and repository as this run may use them. `path` is its workspace. */
export function runOutside(context: WorkContext, path: string): RunOutside {
  const writes = new ToolWrites(context);
  return {
    can: (capability) => offers(context, capability),
    issue: issueDesk(context, path),
    repo: repoDesk(context, path, writes),
    change: changeDesk(context, path, writes),
    write: async (write, { signal }) => writes.write(await placed(context, masked(context, write)), signal),
  };
}

type ChangeWrite = Extract<RunWrite, { kind: "change_comment" | "change_reply" | "request_reviewers" }>;

/** The write about this run's issue or change, and what it is a revision of. */
async function placed(context: WorkContext, write: RunWrite): Promise<TopicWrite> {
  const { id: issueId } = context.assignment.issue;
  switch (write.kind) {
    case "issue_move":
      return { intent: { ...write, issueId, byAgent: true }, topic: "agent", lasts: true };
    case "issue_comment":
      return { intent: { ...write, issueId }, topic: write.topic, lasts: write.topic === WORKPAD_TOPIC };
    case "issue_update":
      return { intent: { ...write, issueId }, topic: "agent", lasts: true };
    case "issue_attach":
      return { intent: { ...write, issueId }, topic: shortHash(write.url), lasts: false };
    case "issue_follow_up":
      return { intent: { ...write, issueId }, topic: write.key, lasts: false };
    default:
      return { intent: { ...write, changeId: await changeIdOf(context, write) }, topic: "agent", lasts: false };
  }
}

async function changeIdOf(context: WorkContext, { kind }: ChangeWrite): Promise<string> {
  const { changeId } = await branchOf(context);
  if (changeId !== null) return changeId;
  throw new MaestroError({
    code: "forge_not_found",
    message: `The branch has no change yet, so there is none for ${kind}. Call change_open first.`,
  });
}

/** What leaves this machine holds no secret, whatever the agent has read. */
function masked({ parts }: WorkContext, write: RunWrite): RunWrite {
  const redact = (text: string): string => parts.secrets.redact(text);
  switch (write.kind) {
    case "issue_comment":
    case "change_comment":
    case "change_reply":
      return { ...write, body: redact(write.body) };
    case "issue_attach":
      return { ...write, title: redact(write.title), url: redact(write.url) };
    case "issue_follow_up": {
      const { title, description } = write;
      return { ...write, title: redact(title), description: description === null ? null : redact(description) };
    }
    default:
      return write;
  }
}
