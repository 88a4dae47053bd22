import type { Profile, ProfileLimits, StopConditions } from "../model/profile.ts";
import type { ProfileFile } from "./schema/profile-file.ts";

type Policy = Pick<Profile, "gates" | "budget" | "stop" | "input" | "requires" | "unguarded">;

/** What a profile that leaves everything to the tracker does without, one sentence each. */
export const NOT_ENFORCED: readonly string[] = [
  "The tracker's state alone decides that an issue is done: the agent's work is not checked, and no hand-off is asked for.",
  "No gate stands before review and none before landing: what the agent can push and merge by itself, it can push and merge.",
  "Hooks and agent inherit the service's whole environment, apart from the tracker's secrets.",
];

/** The optional policy of a profile; what its file leaves out is left out. */
export function policyOf(file: ProfileFile): Policy {
  const { gates, budget, stop, input, requires } = file;
  return {
    ...(gates === undefined ? {} : { gates: gatesOf(gates) }),
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
