import type { Clock } from "../../base/clock.ts";
import { MaestroError } from "../../base/errors.ts";
import type { ClaimResult, IssueClaim } from "../../contracts/tracker.ts";
import type { TapdApi } from "./api.ts";
import type { Comments } from "./comments.ts";
import { type ClaimMark, claimHtml, readClaim } from "./marks.ts";

/** How often a claim that was just written is looked for before it counts as unseen. */
const LOOKS = 5;

interface Standing extends ClaimMark {
  readonly id: string;
}

/**
 * The right to work on an issue, as one comment per Maestro: TAPD deletes none, so each keeps its own. Everybody writes first and looks then, and
 * gives way to any other claim that is in force: of two that write at once, at least one sees the other. Who has just made a new comment need not
 * give way to a later one, because that one's owner sees this.
 */
export class Claims {
  readonly #api: TapdApi;
  readonly #comments: Comments;
  readonly #clock: Clock;

  constructor(api: TapdApi, comments: Comments, clock: Clock) {
    this.#api = api;
    this.#comments = comments;
    this.#clock = clock;
  }

  /** Takes or renews the claim. */
  async claim(issueId: string, claim: IssueClaim, signal: AbortSignal): Promise<ClaimResult> {
    const work = async (): Promise<ClaimResult> => {
      const before = await this.#standing(issueId, signal);
      const held = this.#others(before, claim.owner)[0];
      const own = before.filter(({ owner }) => owner === claim.owner);
      if (held !== undefined) return heldBy(held);
      const kept = own.at(-1);
      const isRenewal = kept !== undefined && kept.expiresAt > this.#clock.now();
      const html = claimHtml(claim);
      const id = kept?.id ?? (await this.#comments.make(issueId, html, signal)).id;
      if (kept !== undefined) await this.#comments.edit(kept.id, html, signal);
      if (isRenewal) return { kind: "claimed" };
      const now = await this.#seen(issueId, id, claim, signal);
      const rival = this.#others(now, claim.owner).find((one) => kept !== undefined || BigInt(one.id) < BigInt(id));
      if (rival === undefined) return { kind: "claimed" };
      await this.#comments.edit(id, claimHtml({ owner: claim.owner, expiresAt: 0 }), signal);
      return heldBy(rival);
    };
    return this.#api.turn(`claims ${issueId}`, work, signal);
  }

  /** Gives our claim up; its comment stays and says so. */
  async release(issueId: string, owner: string, signal: AbortSignal): Promise<void> {
    const work = async (): Promise<void> => {
      const own = (await this.#standing(issueId, signal)).filter((one) => one.owner === owner && one.expiresAt > 0);
      for (const { id } of own) await this.#comments.edit(id, claimHtml({ owner, expiresAt: 0 }), signal);
    };
    await this.#api.turn(`claims ${issueId}`, work, signal);
  }

  /** The claims on an issue, once what was just written is among them: then what was written before it is there too. */
  async #seen(issueId: string, id: string, claim: IssueClaim, signal: AbortSignal): Promise<Standing[]> {
    for (let look = 1; look <= LOOKS; look += 1) {
      const standing = await this.#standing(issueId, signal);
      if (standing.some((one) => one.id === id && one.expiresAt === claim.expiresAt)) return standing;
      await this.#api.pause(signal);
    }
    throw new MaestroError({
      code: "tracker_response",
      message: "TAPD does not show the claim that was just written.",
      retryable: true,
      facts: { issue_id: issueId },
    });
  }

  #others(claims: readonly Standing[], owner: string): Standing[] {
    return claims.filter((one) => one.owner !== owner && one.expiresAt > this.#clock.now());
  }

  /** Believed from every author: only members of a workspace comment there, and another Maestro may have another account. */
  async #standing(issueId: string, signal: AbortSignal): Promise<Standing[]> {
    return (await this.#comments.all(issueId, signal, true)).flatMap(({ id, description }): Standing[] => {
      const claim = readClaim(description ?? "");
      return claim === undefined ? [] : [{ ...claim, id }];
    });
  }
}

function heldBy({ owner, expiresAt }: ClaimMark): ClaimResult {
  return { kind: "held", owner, expiresAt };
}
