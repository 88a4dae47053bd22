import { withDeadline } from "../base/abort.ts";
import { toMaestroError } from "../base/errors.ts";
import { isUnknownEffect } from "../contracts/outside.ts";
import type { ClaimStanding } from "../model/claim.ts";
import type { Issue } from "../model/issue.ts";
import { allow, type Verdict } from "../model/verdict.ts";
import { because, claimedElsewhere, isRenewalDue, judgeClaim, keepsClaim } from "../policy/index.ts";
import type { Board } from "./board.ts";
import { CALL_DEADLINE_MS, type OrchestratorParts } from "./ports.ts";

/** How often claims are looked after, milliseconds: at least ten times in the life of one. */
const CARE_MS = 15_000;
const CARE_SHARE = 10;
/**
 * A claim that no lane has needed for so long is given up, milliseconds: its lane may be about to open, and on some trackers giving it up
 * touches the issue, which must not look like news while they may lag behind the end of its lane.
 */
const UNUSED_MS = 150_000;

/** How long claims last, milliseconds; `null` where issues are not claimed. */
export function claimTtl({ workflows, outside }: OrchestratorParts): number | null {
  const { claim } = workflows.current().tracker;
  if (claim === undefined || claim.mode === "off") return null;
  const { capabilities } = outside.tracker();
  if (capabilities.claim === undefined) return null;
  return claim.mode === "on" || capabilities.isPrivate !== true ? claim.ttlMs : null;
}

/** What is known of an issue's claim without asking; `null` when nothing speaks against it yet. */
export function judgeKnownClaim(parts: OrchestratorParts, board: Board, issue: Issue): Verdict | null {
  const ttlMs = claimTtl(parts);
  const verdict = ttlMs === null ? null : judgeClaim(board.claims.of(issue.id), ttlMs, parts.clock.now());
  return verdict?.ok === false ? verdict : null;
}

/**
 * Makes sure of the claim on an issue before work begins on it. A lost answer is no harm: the next try finds our claim and keeps it. When
 * the tracker cannot be asked, nothing begins.
 */
export async function takeClaim(
  parts: OrchestratorParts,
  board: Board,
  issue: Issue,
  signal: AbortSignal,
): Promise<Verdict> {
  const ttlMs = claimTtl(parts);
  if (ttlMs === null) return allow("claim_off", "Issues are not claimed on this tracker.");
  const known = judgeClaim(board.claims.of(issue.id), ttlMs, parts.clock.now());
  if (known !== null) return known;
  try {
    const standing = await askFor(parts, board, issue.id, ttlMs, signal);
    return standing.isOurs ? allow("claim_held", `Claimed by us until ${standing.until}.`) : claimedElsewhere(standing);
  } catch (error) {
    const failure = toMaestroError(error);
    const { message } = failure;
    if (isUnknownEffect(failure)) doubt(parts, board, issue.id);
    if (!signal.aborted) parts.log.warn("an issue could not be claimed", { ...namesOf(issue), error: message });
    return { ok: false, ...because("claim_unsure", `${issue.identifier} could not be claimed: ${message}`) };
  }
}

/**
 * Renews the claims of open lanes and gives up those of others. A failure is logged and tried again at the next look. Returns the
 * milliseconds until that.
 */
export async function careForClaims(parts: OrchestratorParts, board: Board, signal: AbortSignal): Promise<number> {
  const ttlMs = claimTtl(parts);
  if (ttlMs === null) return Number.POSITIVE_INFINITY;
  board.claims.sweep(parts.clock.now());
  for (const lane of board.lanes.values()) {
    if (signal.aborted) break;
    if (keepsClaim(lane)) await renew(parts, board, lane.issue, ttlMs, signal);
  }
  for (const [issueId] of board.claims.ours()) {
    const idleMs = board.claims.idleFor(issueId, !keepsClaim(board.laneOf(issueId)), parts.clock.now());
    if (idleMs >= UNUSED_MS) await giveUp(parts, board, issueId, signal);
  }
  return Math.min(CARE_MS, ttlMs / CARE_SHARE);
}

/** Gives up at once the claims of lanes that let go of their issue, for a service that looks only once. */
export async function giveUpReleased(parts: OrchestratorParts, board: Board, signal: AbortSignal): Promise<void> {
  if (claimTtl(parts) === null) return;
  for (const [issueId] of board.claims.ours())
    if (board.laneOf(issueId)?.stage === "released") await giveUp(parts, board, issueId, signal);
}

/** A lane whose claim turns out to be somebody else's, or runs out, is looked at by the loop: it decides. */
async function renew(
  parts: OrchestratorParts,
  board: Board,
  issue: Issue,
  ttlMs: number,
  signal: AbortSignal,
): Promise<void> {
  const standing = board.claims.of(issue.id);
  const now = parts.clock.now();
  const isAtWork = board.laneOf(issue.id)?.work != null;
  // After a restart nothing is known: work that is under way is made sure of at once, the rest when it goes on.
  const isDue = standing === undefined ? isAtWork : isRenewalDue(standing, ttlMs, now);
  if (!isDue) return;
  try {
    await askFor(parts, board, issue.id, ttlMs, signal);
  } catch (error) {
    if (signal.aborted) return;
    parts.log.warn("a claim could not be renewed", { ...namesOf(issue), error: toMaestroError(error).message });
  }
  const lane = board.laneOf(issue.id);
  if (lane !== undefined) board.dirty.add(lane.id);
}

async function askFor(
  parts: OrchestratorParts,
  board: Board,
  issueId: string,
  ttlMs: number,
  signal: AbortSignal,
): Promise<ClaimStanding> {
  const { clock, outside } = parts;
  const owner = ownerOf(parts);
  const expiresAt = clock.now() + ttlMs;
  const result = await withDeadline(clock, CALL_DEADLINE_MS, signal, async (bounded) =>
    outside.tracker().claim?.(issueId, { owner, expiresAt }, { signal: bounded }),
  );
  const isOurs = result?.kind !== "held";
  const told = result?.kind === "held" ? result : { owner, expiresAt };
  const until = new Date(told.expiresAt).toISOString();
  const standing = { isOurs, owner: told.owner, expiresAt: told.expiresAt, until, toldAt: clock.now() };
  board.claims.note(issueId, standing);
  return standing;
}

/** A claim whose answer was lost may stand: it counts for nothing, and is given up when nothing comes of it. */
function doubt(parts: OrchestratorParts, board: Board, issueId: string): void {
  const now = parts.clock.now();
  const until = new Date(now).toISOString();
  board.claims.note(issueId, { isOurs: true, owner: ownerOf(parts), expiresAt: now, until, toldAt: now });
}

async function giveUp(parts: OrchestratorParts, board: Board, issueId: string, signal: AbortSignal): Promise<void> {
  try {
    await withDeadline(parts.clock, CALL_DEADLINE_MS, signal, async (bounded) =>
      parts.outside.tracker().release?.(issueId, ownerOf(parts), { signal: bounded }),
    );
    board.claims.forget(issueId);
  } catch (error) {
    if (signal.aborted) return;
    board.claims.failedRelease(issueId);
    parts.log.warn("a claim could not be given up", { issue_id: issueId, error: toMaestroError(error).message });
  }
}

/** Without a name that stays over restarts an instance names itself. */
function ownerOf({ owner, instance }: OrchestratorParts): string {
  return owner ?? instance;
}

function namesOf({ id, identifier }: Issue) {
  return { issue_id: id, issue_identifier: identifier };
}
