import { MaestroError } from "../../../base/errors.ts";
import { shortHash } from "../../../base/ids.ts";
import type { RunOutside, RunWrite } from "../../../contracts/run-outside.ts";
import type { WorkContext } from "../../context.ts";
import { changeDesk } from "./change-desk.ts";
import { issueDesk } from "./issue-desk.ts";
import { offers } from "./offers.ts";
import { WORKPAD_TOPIC } from "../../../model/workpad.ts";
import { workpadBody } from "../../../policy/index.ts";
import { branchOf, laneOf, repoDesk } from "./repo-desk.ts";
import { type TopicWrite, ToolWrites } from "./tool-writes.ts";

/** Checkpoints that say the same phase are shown this far apart at most, milliseconds: trackers are no place for a stream. */
const SHOW_EVERY_MS = 60_000;

/** Tracker, forge and repository as this run may use them. `path` is its workspace. */
export function runOutside(context: WorkContext, path: string): RunOutside {
  const writes = new ToolWrites(context);
  return {
    can: (capability) => offers(context, capability),
    issue: issueDesk(context, path),
    repo: repoDesk(context, path, writes),
    change: changeDesk(context, path, writes),
    ...showing(context, writes),
    write: async (write, { signal }) => writes.write(await placed(context, masked(context, write)), signal),
  };
}

/** The workpad with the host's part, whatever the agent has written or copied of it. */
async function wholeWorkpad(context: WorkContext, text?: string): Promise<string> {
  return context.parts.secrets.redact(workpadBody(await laneOf(context), text));
}

function showing(context: WorkContext, writes: ToolWrites): Pick<RunOutside, "showCheckpoint"> {
  if (!offers(context, "issue.comment")) return {};
  let shown: { readonly phase: string; readonly at: number } | null = null;
  return {
    showCheckpoint: async ({ phase }) => {
      const now = context.parts.clock.monotonic();
      if (shown !== null && shown.phase === phase && now - shown.at < SHOW_EVERY_MS) return;
      shown = { phase, at: now };
      const { id: issueId } = context.assignment.issue;
      const intent = {
        kind: "issue_comment",
        issueId,
        topic: WORKPAD_TOPIC,
        body: await wholeWorkpad(context),
      } as const;
      await writes.note({ intent, topic: WORKPAD_TOPIC, lasts: true });
    },
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
      return write.topic === WORKPAD_TOPIC
        ? {
            intent: { ...write, issueId, body: await wholeWorkpad(context, write.body) },
            topic: WORKPAD_TOPIC,
            lasts: true,
          }
        : { intent: { ...write, issueId }, topic: write.topic, lasts: false };
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
