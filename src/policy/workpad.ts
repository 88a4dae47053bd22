import type { KeptCheckpoint } from "../model/checkpoint.ts";
import type { Lane } from "../model/lane.ts";
import { agentPart, instantOf, WORKPAD_HEADING, WORKPAD_TOPIC } from "../model/workpad.ts";
import type { Step } from "../model/plan.ts";
import type { Workflow } from "../model/workflow.ts";
import { proofOf } from "./gate-facts.ts";
import { write } from "./writes.ts";

/** Version of the ledger's object. */
const LEDGER_VERSION = 1;
/** Most lines of one list that are shown outside, the newest, and the longest of them; the record has all. */
const MOST_LINES = 10;
const LONGEST_LINE = 500;

/** Folders of a machine. What lies below them is nobody's business outside, and often names a user. */
const PLACES =
  /(?<![\w./~-])(?:~|\/(?:home|Users|root|tmp|var|private|opt|mnt|srv|etc)|[A-Za-z]:[\\/])(?:[\\/][^\s"'`,;)]*|[^\s"'`,;)]+)?/g;

/** Whether the host keeps a ledger in the workpad: where the profile's agents record checkpoints. */
export function keepsLedger({ profile }: Workflow): boolean {
  return [...profile.tools, ...profile.routes.flatMap(({ tools }) => tools ?? [])].includes("run_checkpoint");
}

/** The whole comment: the agent's text (absent: what it said last), and below it the one ledger of the issue. */
export function workpadBody(lane: Lane, text: string = lane.workpad ?? ""): string {
  const own = agentPart(text);
  const json = JSON.stringify(ledgerOf(lane), null, 2);
  return [...(own === "" ? [] : [own]), WORKPAD_HEADING, `\`\`\`json\n${json}\n\`\`\``].join("\n\n");
}

/** Brings the workpad up to date; `revision` tells one state of it from the next. */
export function workpadStep(lane: Lane, revision: string): Step {
  const body = workpadBody(lane);
  return write({ kind: "issue_comment", issueId: lane.issue.id, topic: WORKPAD_TOPIC, body }, WORKPAD_TOPIC, revision);
}

/** What is said of a lane outside: where it stands, never how often somebody looked. Follows from the record alone. */
export function ledgerOf(lane: Lane): object {
  const { branch, lastRun, checkpoint, workspacePath = null } = lane;
  const validation = proofOf(lane, "validation");
  const head = branch?.pushedSha ?? null;
  return {
    ledger: "maestro",
    version: LEDGER_VERSION,
    issue: lane.issue.identifier,
    profile: lane.profile,
    ...(lastRun === 0 ? {} : { run_id: `${lane.id}/${lastRun}`, attempt: lastRun }),
    ...(branch === null ? {} : { branch: branch.name }),
    ...(branch?.changeId == null
      ? {}
      : { change: { id: branch.changeId, ...(branch.changeUrl === null ? {} : { url: branch.changeUrl }) } }),
    ...(head === null ? {} : { head_sha: head }),
    ...(validation === undefined
      ? {}
      : {
          validation: {
            result: validation.ok ? "passed" : "failed",
            head_sha: validation.headSha,
            witness: validation.witness,
          },
        }),
    ...(checkpoint === undefined ? {} : { checkpoint: shown(checkpoint, workspacePath) }),
  };
}

function shown(kept: KeptCheckpoint, workspace: string | null): object {
  const line = (text: string): string => cut(withoutPlaces(text, workspace));
  const lines = (all: readonly string[]): readonly string[] => all.slice(-MOST_LINES).map(line);
  return {
    run: kept.run,
    at: instantOf(kept.at),
    phase: kept.phase,
    focus: line(kept.focus),
    next_action: line(kept.nextAction),
    blockers: lines(kept.blockers),
    evidence: lines(kept.evidence),
    ...(kept.verification.length === 0 ? {} : { verification: lines(kept.verification) }),
    ...(kept.headSha === null ? {} : { head_sha: kept.headSha }),
  };
}

/** A text without places of this machine: paths in the workspace are relative to it, others are left out. */
export function withoutPlaces(text: string, workspace: string | null): string {
  const relative = workspace === null ? text : text.replaceAll(`${workspace}/`, "").replaceAll(workspace, ".");
  return relative.replace(PLACES, "<path>");
}

function cut(text: string): string {
  // A fence inside of it would end the ledger's.
  const plain = text.replaceAll("```", "'''");
  return plain.length <= LONGEST_LINE ? plain : `${plain.slice(0, LONGEST_LINE - 1)}…`;
}

/** The last checkpoint in words, for the next run; `null`: there is none. */
export function describeCheckpoint({ checkpoint }: Lane): string | null {
  if (checkpoint === undefined) return null;
  const { run, phase, focus, nextAction, headSha } = checkpoint;
  const list = (title: string, lines: readonly string[]): string =>
    lines.length === 0 ? "" : [`${title}:`, ...lines.map((line) => `- ${line}`)].join("\n");
  const parts = [
    `Run ${run} recorded this. It is that run's word: compare its head with \`git rev-parse HEAD\` before you believe it.`,
    `Phase: ${phase}\nFocus: ${focus}\nNext action: ${nextAction}${headSha === null ? "" : `\nHead: ${headSha}`}`,
    list("Blockers", checkpoint.blockers),
    list("Found out or ruled out", checkpoint.evidence),
    list("Verified", checkpoint.verification),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}
