import { isAsStrong } from "../model/evidence.ts";
import type { GateName } from "../model/profile.ts";
import { GATE_CHECKS } from "./gate-checks.ts";
import { GATE_CODES, type GateCode } from "./gate-codes.ts";
import { type GateFacts, headAtGate, proofOf } from "./gate-facts.ts";

/** Why a gate stays shut, and what mends it. */
export interface GateFault {
  /** Name of the check. */
  readonly check: string;
  readonly code: GateCode;
  readonly sentence: string;
  /** What to do about it, for who asked. */
  readonly mend: string;
}

/** What a gate says about one commit at one instant. It holds for no other commit, and for no later instant. */
export interface GateVerdict {
  readonly gate: GateName;
  readonly ok: boolean;
  readonly headSha: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Empty when it is open. */
  readonly faults: readonly GateFault[];
}

/**
 * The one decision before a change is shown to reviewers, and before it is landed. Asked by the host's own way there and by the tools that agents
 * have for it, on facts that the host saw. A profile without guardrails, and one that delivers no change, has no gate before review.
 */
export function judgeGate(gate: GateName, facts: GateFacts): GateVerdict {
  const headSha = headAtGate(gate, facts);
  const faults = isAsked(gate, facts) ? [...faultsOf(gate, facts, headSha), ...missing(gate, facts, headSha)] : [];
  return { gate, ok: faults.length === 0, headSha, at: facts.now, faults };
}

/** A shut gate in words, one line per fault, for the agent. */
export function describeGate({ gate, headSha, faults }: GateVerdict): string {
  const what = gate === "review" ? "ready for review" : "ready to land";
  const head = headSha === null ? "" : ` at ${headSha.slice(0, 12)}`;
  if (faults.length === 0) return `The change is ${what}${head}.`;
  const lines = faults.map(({ code, sentence, mend }) => `- ${code}: ${sentence} ${mend}`);
  return [`The change is not ${what}${head}:`, ...lines].join("\n");
}

/** Nothing is landed unasked, whatever the profile says of the change that a lane has from before. */
function isAsked(gate: GateName, { workflow, lane }: GateFacts): boolean {
  const { profile, repo } = workflow;
  if (gate === "landing") return true;
  return profile.unguarded === undefined && profile.completion.deliversChange && repo !== null && lane.branch !== null;
}

function faultsOf(gate: GateName, facts: GateFacts, headSha: string | null): readonly GateFault[] {
  return GATE_CHECKS.flatMap(({ check, gates, judge }) => {
    const found = gates.includes(gate) ? judge(facts, headSha) : null;
    return found === null ? [] : [{ check, ...found, mend: GATE_CODES[found.code] }];
  });
}

/** What the profile itself asks for beside what every gate asks. */
function missing(gate: GateName, { workflow, lane }: GateFacts, headSha: string | null): readonly GateFault[] {
  const { gates, completion } = workflow.profile;
  const wanted = [...(gates?.[gate]?.evidence ?? []), ...(completion.evidence ?? [])];
  return wanted.flatMap(({ kind, witness }) => {
    const proofs = [proofOf(lane, kind), proofOf(lane, `claim:${kind}`)];
    const isThere = proofs.some(
      (proof) =>
        proof?.ok === true &&
        (proof.headSha === null || proof.headSha === headSha) &&
        isAsStrong(proof.witness, witness),
    );
    const sentence = `"${kind}" is not on record for this head, as seen by: ${witness}.`;
    return isThere
      ? []
      : [{ check: kind, code: "evidence_missing" as const, sentence, mend: GATE_CODES.evidence_missing }];
  });
}
