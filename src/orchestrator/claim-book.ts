import type { ClaimStanding } from "../model/claim.ts";

/** How often giving one up is tried; after that it runs out by itself. */
const RELEASES = 3;

/** What is known of claims on the tracker, by issue. It lives with the process: after a restart the tracker is asked again. */
export class ClaimBook {
  readonly #standings = new Map<string, ClaimStanding>();
  /** Tries to give a claim up, by issue. */
  readonly #releases = new Map<string, number>();
  /** Since when no lane needs a claim of ours, by issue; epoch milliseconds. */
  readonly #idleSince = new Map<string, number>();

  of(issueId: string): ClaimStanding | undefined {
    return this.#standings.get(issueId);
  }

  /** Those that are ours, or that may be: the answer to a claim was lost. */
  ours(): readonly (readonly [string, ClaimStanding])[] {
    return [...this.#standings].filter(([, { isOurs }]) => isOurs);
  }

  note(issueId: string, standing: ClaimStanding): void {
    this.#standings.set(issueId, standing);
    this.#releases.delete(issueId);
  }

  forget(issueId: string): void {
    this.#standings.delete(issueId);
    this.#releases.delete(issueId);
    this.#idleSince.delete(issueId);
  }

  /** How long a claim of ours has not been needed, milliseconds, as seen at each look. */
  idleFor(issueId: string, isIdle: boolean, now: number): number {
    if (!isIdle) {
      this.#idleSince.delete(issueId);
      return 0;
    }
    const since = this.#idleSince.get(issueId) ?? now;
    this.#idleSince.set(issueId, since);
    return now - since;
  }

  /** Counts a failed try to give a claim up; after the last one it is forgotten. */
  failedRelease(issueId: string): void {
    const tries = (this.#releases.get(issueId) ?? 0) + 1;
    if (tries >= RELEASES) this.forget(issueId);
    else this.#releases.set(issueId, tries);
  }

  /** Drops what others hold no longer. */
  sweep(now: number): void {
    for (const [id, { isOurs, expiresAt }] of this.#standings)
      if (!isOurs && expiresAt <= now) this.#standings.delete(id);
  }
}
