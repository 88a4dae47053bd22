import type { Run } from "../model/lane.ts";
import type { Verdict } from "../model/verdict.ts";
import type { Workflow } from "../model/workflow.ts";
import { no, yes } from "./codes.ts";

/** Whether a run may go on: a no with code `stalled` when it has been silent for too long (S-125). `now` is epoch milliseconds. */
export function judgeStall(workflow: Workflow, run: Run, now: number): Verdict {
  const limit = workflow.agent.stallTimeoutMs;
  if (limit <= 0) return yes("stall_off", "stall detection is switched off");
  if (run.startedAt === null) return yes("not_started", `run ${run.number} has not started yet`);
  const silence = now - Math.max(run.lastEventAt, run.startedAt);
  return silence > limit
    ? no("stalled", `run ${run.number} was silent for ${silence} ms, longer than ${limit} ms`)
    : yes("alive", `run ${run.number} was heard of ${Math.max(silence, 0)} ms ago`);
}
