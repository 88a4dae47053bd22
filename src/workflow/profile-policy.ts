import type { Profile, ProfileLimits, StopConditions } from "../model/profile.ts";
import type { JsonObject } from "../base/json.ts";
import type { ProfileFile } from "./schema/profile-file.ts";
import type { WorkflowFile } from "./schema/workflow-file.ts";
import { isIn } from "./tree.ts";
import { writtenApprovals } from "./guards.ts";

type Policy = Pick<Profile, "gates" | "approvals" | "budget" | "stop" | "input" | "requires" | "unguarded">;

/** What a profile that leaves everything to the tracker does without, one sentence each. */
export const NOT_ENFORCED: readonly string[] = [
  "The tracker's state alone decides that an issue is done: the agent's work is not checked, and no hand-off is asked for.",
  "No gate stands before review and none before landing: what the agent can push and merge by itself, it can push and merge.",
  "Hooks and agent inherit the service's whole environment, apart from the tracker's secrets.",
];

/** The optional policy of a profile; what its file leaves out is left out. */
export function policyOf(file: ProfileFile): Policy {
  const { gates, approvals, budget, stop, input, requires } = file;
  return {
    ...(gates === undefined ? {} : { gates: gatesOf(gates) }),
    ...(approvals === undefined && gates?.review?.human !== true
      ? {}
      : {
          approvals: { ...(gates?.review?.human ? { beforeReview: true } : {}), ...writtenApprovals(approvals ?? {}) },
        }),
    ...(budget === undefined ? {} : { budget: limitsOf(budget) }),
    ...(stop === undefined ? {} : { stop: conditionsOf(stop) }),
    ...(input === undefined ? {} : { input }),
    ...(requires === undefined ? {} : { requires }),
    ...(file.decided_by === "tracker" ? { unguarded: { notEnforced: NOT_ENFORCED } } : {}),
  };
}

function gatesOf({ review, landing }: NonNullable<ProfileFile["gates"]>): NonNullable<Profile["gates"]> {
  return {
    ...(review === undefined ? {} : { review: { evidence: [], ...review } }),
    ...(landing === undefined ? {} : { landing: { evidence: [], ...landing } }),
  };
}

function limitsOf(budget: NonNullable<ProfileFile["budget"]>): ProfileLimits {
  return {
    ...(budget.model_calls === undefined ? {} : { modelCalls: budget.model_calls }),
    ...(budget.tokens === undefined ? {} : { tokens: budget.tokens }),
    ...(budget.cost_usd === undefined ? {} : { costUsd: budget.cost_usd }),
    ...(budget.repeated_calls === undefined ? {} : { repeatedCalls: budget.repeated_calls }),
    ...(budget.turns === undefined ? {} : { turns: budget.turns }),
  };
}

function conditionsOf(stop: NonNullable<ProfileFile["stop"]>): StopConditions {
  return {
    ...(stop.failures === undefined ? {} : { failures: stop.failures }),
    ...(stop.idle_sessions === undefined ? {} : { idleSessions: stop.idle_sessions }),
  };
}

/** Keys of the workflow file that a profile may have a value for, with the profile's own key. */
const LIMITS = [
  { ours: ["agent", "max_turns"], its: ["budget", "turns"] },
  { ours: ["agent", "max_attempts"], its: ["stop", "failures"] },
  { ours: ["agent", "max_sessions_without_progress"], its: ["stop", "idle_sessions"] },
  { ours: ["budget", "run", "model_calls"], its: ["budget", "model_calls"] },
  { ours: ["budget", "run", "tokens"], its: ["budget", "tokens"] },
  { ours: ["budget", "run", "cost_usd"], its: ["budget", "cost_usd"] },
  { ours: ["budget", "run", "repeated_calls"], its: ["budget", "repeated_calls"] },
] as const;

/** Where a value stands that the profile has and the workflow file has not. */
export interface ProfileDefault {
  /** Key of the workflow file. */
  readonly ours: readonly string[];
  /** Key of the profile. */
  readonly its: readonly string[];
}

/** The workflow file with the profile's limits where it says nothing itself. */
export function withProfileLimits(
  file: WorkflowFile,
  written: JsonObject,
  profile: ProfileFile,
): { readonly file: WorkflowFile; readonly taken: readonly ProfileDefault[] } {
  const { budget = {}, stop = {} } = profile;
  const taken = LIMITS.filter(({ ours, its }) => {
    const [section, key] = its;
    const value = section === "budget" ? budget[key] : stop[key];
    return value !== undefined && !isIn(written, ours);
  });
  const from = <T>(ours: (typeof LIMITS)[number]["ours"], value: T | undefined, own: T): T =>
    value !== undefined && taken.some((limit) => limit.ours === ours) ? value : own;
  const [turns, failures, idle, calls, tokens, cost, repeated] = LIMITS;
  const { agent } = file;
  const { run } = file.budget;
  const costUsd = from(cost.ours, budget.cost_usd, run.cost_usd);
  const changed = {
    ...file,
    agent: {
      ...agent,
      max_turns: from(turns.ours, budget.turns, agent.max_turns),
      max_attempts: from(failures.ours, stop.failures, agent.max_attempts),
      max_sessions_without_progress: from(idle.ours, stop.idle_sessions, agent.max_sessions_without_progress),
    },
    budget: {
      ...file.budget,
      run: {
        ...run,
        model_calls: from(calls.ours, budget.model_calls, run.model_calls),
        tokens: from(tokens.ours, budget.tokens, run.tokens),
        repeated_calls: from(repeated.ours, budget.repeated_calls, run.repeated_calls),
        ...(costUsd === undefined ? {} : { cost_usd: costUsd }),
      },
    },
  };
  return { file: changed, taken };
}
