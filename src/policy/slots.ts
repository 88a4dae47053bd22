import type { SlotFacts } from "../model/facts.ts";
import { stateKey } from "../model/issue.ts";
import { holdsSlot, type Lane } from "../model/lane.ts";
import type { Verdict } from "../model/verdict.ts";
import type { Workflow } from "../model/workflow.ts";
import { no, yes } from "./codes.ts";

/** Error text of a start that waits for a slot, verbatim (S-122). */
export const NO_SLOT_ERROR = "no available orchestrator slots";

/** How many runs hold slots, in all and by the state of their issue as last seen (S-116). */
export function countSlots(lanes: readonly Lane[]): SlotFacts {
  const byState = new Map<string, number>();
  let running = 0;
  for (const lane of lanes) {
    if (!holdsSlot(lane)) continue;
    const key = stateKey(lane.issue.state);
    byState.set(key, (byState.get(key) ?? 0) + 1);
    running += 1;
  }
  return { running, byState: Object.fromEntries(byState) };
}

/** Whether one more run may start on an issue in `state`: the global limit, then the state's own (S-115, S-116). */
export function judgeSlots(workflow: Workflow, facts: SlotFacts, state: string): Verdict {
  const { maxConcurrentAgents, maxConcurrentAgentsByState } = workflow.agent;
  if (facts.running >= maxConcurrentAgents) {
    return no("no_slot", `${NO_SLOT_ERROR} (${facts.running} of ${maxConcurrentAgents} in use)`);
  }
  const key = stateKey(state);
  const limit = own(maxConcurrentAgentsByState, key);
  const used = own(facts.byState, key) ?? 0;
  if (limit !== undefined && used >= limit) {
    return no("no_slot", `${NO_SLOT_ERROR} for state "${state}" (${used} of ${limit} in use)`);
  }
  return yes("slot_free", `${maxConcurrentAgents - facts.running} of ${maxConcurrentAgents} slots are free`);
}

/** State names come from outside: a state called `constructor` has no limit. */
function own(record: Readonly<Record<string, number>>, key: string): number | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
