import { isOpen, type Lane } from "../../model/lane.ts";
import { type Reason, reason } from "../../model/verdict.ts";
import { isTerminal } from "../../model/workflow.ts";
import { describeLane, planLane } from "../../lanes/index.ts";
import { laneFactsOf, type Outlook } from "./outlook.ts";

/** How an issue stands, in one word. */
export type Stance = "runs" | "waits" | "parked" | "starts" | "ended";

/** How an issue stands, and why. */
export interface Standing extends Reason {
  readonly stance: Stance;
}

/** Why an issue runs, waits, is parked or has ended, by the same tables that decide it. */
export function standingOf(outlook: Outlook): Standing {
  const facts = laneFactsOf(outlook);
  if (facts === null) return withoutLane(outlook);
  const { lane } = facts;
  const why = describeLane(facts);
  if (lane.work !== null) return { stance: lane.work.state === "queued" ? "waits" : "runs", ...why };
  if (lane.parked !== null) return { stance: "parked", ...why };
  if (!planLane(facts).some((step) => step.do.startsWith("start_"))) return { stance: "waits", ...why };
  return held(outlook, why) ?? { stance: "starts", ...why };
}

function withoutLane(outlook: Outlook): Standing {
  const { workflow, issue, lane, verdict } = outlook;
  const hasEnded = issue != null && isTerminal(workflow, issue.state);
  if (lane !== null && !isOpen(lane) && (issue == null || hasEnded)) return { stance: "ended", ...whyEnded(lane) };
  if (issue == null || verdict === null)
    return { stance: "waits", ...reason("issue_unknown", "The tracker was not asked.") };
  if (hasEnded) return { stance: "ended", ...plain(verdict) };
  if (!verdict.ok) return { stance: "waits", ...plain(verdict) };
  return held(outlook, verdict) ?? { stance: "starts", ...plain(verdict) };
}

/** A lane's last reason is about its cleanup; that its change was merged says more. */
function whyEnded({ branch, reason: { code, sentence } }: Lane): Reason {
  const merged = branch?.mergedSha ?? null;
  return reason(code, merged === null ? sentence : `Its change was merged as ${merged.slice(0, 10)}.`);
}

/** What keeps an issue that could start from being started by anybody. */
function held({ service, verdict }: Outlook, { sentence }: Reason): Standing | null {
  if (verdict?.code === "claimed_elsewhere") return { stance: "waits", ...plain(verdict) };
  const could = sentence.replace(/\.$/, "");
  if (!service.running) return { stance: "waits", ...reason("not_running", `${could}, but no service runs.`) };
  if (service.mode === "running") return null;
  return { stance: "waits", ...reason(service.mode, `${could}, but the service is ${service.mode}.`) };
}

/** The first line of an explanation. */
export function sentenceOf({ identifier }: Outlook, { stance, sentence }: Standing): string {
  const words: Record<Stance, string> = {
    runs: "runs",
    waits: "waits",
    parked: "is parked",
    starts: "starts at the next look",
    ended: "has ended",
  };
  return `${identifier} ${words[stance]}: ${sentence}`;
}

/** A parking or verdict carries more than its reason. */
function plain({ code, sentence }: Reason): Reason {
  return reason(code, sentence);
}
