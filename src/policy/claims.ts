import type { ClaimStanding } from "../model/claim.ts";
import type { Lane } from "../model/lane.ts";
import type { Plan } from "../model/plan.ts";
import type { Verdict } from "../model/verdict.ts";
import { because, no, yes } from "./codes.ts";

/** Somebody else's claim is asked about again after so long, milliseconds: it may have been given up before its end. */
const ASK_AGAIN_MS = 600_000;
/** The share of a claim's life that must be left for work to begin on it, and at which work that lives on it is ended. */
const TOO_LATE = 0.1;
/** The share that is left when it is renewed. */
const RENEWAL = 0.5;

/** Whether work may begin on an issue as far as claims are known; `null`: the tracker has to be asked. */
export function judgeClaim(standing: ClaimStanding | undefined, ttlMs: number, now: number): Verdict | null {
  if (standing === undefined || now >= standing.expiresAt) return null;
  if (!standing.isOurs) return now < standing.toldAt + ASK_AGAIN_MS ? claimedElsewhere(standing) : null;
  return isTooLate(standing, ttlMs, now) ? null : yes("claim_held", `Claimed by us until ${standing.until}.`);
}

/** The no of an issue that another Maestro works on. */
export function claimedElsewhere({ owner, until }: Pick<ClaimStanding, "owner" | "until">): Verdict {
  return no("claimed_elsewhere", `Claimed by ${owner} until ${until}.`);
}

/** Whether our claim is to be renewed now: well before its end, so that a tracker that fails for a while does no harm. */
export function isRenewalDue({ isOurs, expiresAt }: ClaimStanding, ttlMs: number, now: number): boolean {
  return isOurs && expiresAt - now <= ttlMs * RENEWAL;
}

/** Takes work back whose claim is lost: from now on somebody else may work on the issue. `null`: it may go on. */
export function planClaimLost(
  { work }: Lane,
  standing: ClaimStanding | undefined,
  ttlMs: number,
  now: number,
): Plan | null {
  if (work === null || work.state === "settled" || work.canceled !== null) return null;
  // A merge is compared with its head by the forge, and a cleanup concerns nobody else: both are sooner done than undone.
  if (work.kind !== "run" && work.kind !== "validate") return null;
  const sentence = standing === undefined ? unsureOf(work.state) : lossOf(standing, ttlMs, now);
  if (sentence === null) return null;
  const why = because("claim_lost", sentence);
  return [
    { do: "cancel_work", reason: why },
    { do: "stage", stage: "released", reason: why },
  ];
}

/** What an earlier process queued begins only when its claim is sure; what runs is asked about at the next renewal. */
function unsureOf(state: "queued" | "leased"): string | null {
  return state === "queued" ? "After a restart the tracker could not be asked whether the claim still stands." : null;
}

function lossOf(standing: ClaimStanding, ttlMs: number, now: number): string | null {
  const { isOurs, owner, until } = standing;
  if (!isOurs) return `The issue is claimed by ${owner} until ${until}.`;
  if (!isTooLate(standing, ttlMs, now)) return null;
  return `The claim on the issue could not be renewed and ends at ${until}.`;
}

/** What becomes of a lane whose next run may not begin: it lets go of an issue that somebody else works on. `null`: it waits. */
export function planClaimRefused({ stage, retry }: Lane, { code, sentence }: Verdict): Plan | null {
  if (code !== "claimed_elsewhere" || stage !== "working") return null;
  const why = because(code, sentence);
  const release = { do: "stage", stage: "released", reason: why } as const;
  return retry === null ? [release] : [release, { do: "clear_retry", reason: why }];
}

/** Whether a plan begins work, or what goes before it, that nobody else may be doing at the same time. */
export function needsClaim(lane: Lane, plan: Plan): boolean {
  if (lane.work !== null) return false;
  return plan.some(
    (step) =>
      step.do === "start_run" ||
      step.do === "start_validate" ||
      step.do === "start_land" ||
      (step.do === "write" && step.write.intent.kind === "issue_move"),
  );
}

/** Whether a lane keeps its claim: from its opening to its end, also while people have the next word, unless it let go of its issue. */
export function keepsClaim(lane: Lane | undefined): boolean {
  return lane !== undefined && lane.stage !== "released" && lane.stage !== "closed";
}

function isTooLate({ expiresAt }: ClaimStanding, ttlMs: number, now: number): boolean {
  return expiresAt - now <= ttlMs * TOO_LATE;
}
