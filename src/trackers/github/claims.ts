import type { Clock } from "../../base/clock.ts";
import { isMaestroError } from "../../base/errors.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { ClaimResult, IssueClaim } from "../../contracts/tracker.ts";
import { type GithubClient, trustOf } from "../../github/index.ts";
import type { Comments } from "./comments.ts";
import { type ClaimMark, claimText, readClaim } from "./marks.ts";
import type { IssueReader } from "./reader.ts";

interface Standing extends ClaimMark {
  readonly id: number;
}

/**
 * The right to work on an issue, as a comment that every Maestro sees. Of the claims that have not run out the oldest counts: GitHub numbers comments
 * in the order in which it takes them, so of two that are made at once both sides see the same one first.
 */
export class Claims {
  readonly #client: GithubClient;
  readonly #reader: IssueReader;
  readonly #comments: Comments;
  readonly #clock: Clock;

  constructor(client: GithubClient, reader: IssueReader, comments: Comments, clock: Clock) {
    this.#client = client;
    this.#reader = reader;
    this.#comments = comments;
    this.#clock = clock;
  }

  /** Takes or renews the claim. */
  async claim(issueId: string, claim: IssueClaim, options: CallOptions): Promise<ClaimResult> {
    const { number } = await this.#reader.get(issueId, options);
    const work = async (): Promise<ClaimResult> => {
      const before = await this.#standing(number, options);
      const [first] = this.#running(before);
      if (first !== undefined && first.owner !== claim.owner) return held(first);
      // One that has run out is never renewed: somebody else's may count by now.
      if (first === undefined) await this.#comments.make(number, claimText(claim), options);
      else await this.#comments.edit(first.id, claimText(claim), options);
      const now = await this.#standing(number, options);
      const [winner] = this.#running(now);
      const isOurs = winner?.owner === claim.owner;
      const old = now.filter(({ id, owner }) => owner === claim.owner && (!isOurs || id !== winner?.id));
      for (const { id } of [...old, ...this.#ended(now)]) await this.#sweep(id, options);
      return winner === undefined || isOurs ? { kind: "claimed" } : held(winner);
    };
    return this.#client.turn(`comments ${number}`, work, options);
  }

  /** Gives our claim up. */
  async release(issueId: string, owner: string, options: CallOptions): Promise<void> {
    const { number } = await this.#reader.get(issueId, options);
    const work = async (): Promise<void> => {
      const own = (await this.#standing(number, options)).filter((claim) => claim.owner === owner);
      for (const { id } of own) await this.#sweep(id, options);
    };
    await this.#client.turn(`comments ${number}`, work, options);
  }

  #running(claims: readonly Standing[]): Standing[] {
    return claims.filter(({ expiresAt }) => expiresAt > this.#clock.now());
  }

  #ended(claims: readonly Standing[]): Standing[] {
    return claims.filter(({ expiresAt }) => expiresAt <= this.#clock.now());
  }

  /** The claims of those who may write to the repository, oldest first; anybody may write a comment that looks like one. */
  async #standing(number: number, options: CallOptions): Promise<Standing[]> {
    const self = await this.#client.self(options);
    return (await this.#comments.all(number, options)).flatMap(({ id, body, user, author_association }): Standing[] => {
      const actor = user === null ? null : { login: user.login, kind: user.type };
      const claim = readClaim(body ?? "");
      const isBelieved = trustOf(actor, author_association, self) !== "outsider";
      return claim !== undefined && isBelieved ? [{ ...claim, id }] : [];
    });
  }

  /** Another credential's comment may be out of our reach; once it has run out it does no harm. */
  async #sweep(id: number, options: CallOptions): Promise<void> {
    try {
      await this.#comments.remove(id, options);
    } catch (error) {
      if (!isMaestroError(error) || !/^tracker_(?:auth|not_found)$/.test(error.code)) throw error;
    }
  }
}

function held({ owner, expiresAt }: ClaimMark): ClaimResult {
  return { kind: "held", owner, expiresAt };
}
