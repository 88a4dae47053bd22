import type { Clock } from "../../base/clock.ts";
import { isMaestroError, MaestroError } from "../../base/errors.ts";
import type { ClaimResult, IssueClaim } from "../../contracts/tracker.ts";
import type { LinearApi } from "./api.ts";
import { CLAIM_WORD, type ClaimText, claimText, readClaim } from "./claim-text.ts";
import type { Comments } from "./comments.ts";
import { derivedId } from "./comment-mark.ts";
import { COMMENT_CREATE, COMMENT_DELETE, COMMENT_UPDATE } from "./documents.ts";

/** How often a claim that must be there is looked for, with so many milliseconds between. */
const LOOKS = 5;
const PAUSE_MS = 1_000;

interface Standing extends ClaimText {
  readonly id: string;
}

/**
 * The right to work on an issue, as a comment that every Maestro sees. Owners follow each other in generations, and the id of a claim's
 * comment follows from issue and generation: Linear takes an id once, so of two that want the next generation one is refused.
 */
export class Claims {
  readonly #api: LinearApi;
  readonly #comments: Comments;
  readonly #clock: Clock;

  constructor(api: LinearApi, comments: Comments, clock: Clock) {
    this.#api = api;
    this.#comments = comments;
    this.#clock = clock;
  }

  /** Takes or renews the claim. */
  claim(issueId: string, claim: IssueClaim, signal: AbortSignal): Promise<ClaimResult> {
    return this.#api.limiter.turns.run(issueId, () => this.#claim(issueId, claim, signal), signal);
  }

  /** Gives our claim up. */
  release(issueId: string, owner: string, signal: AbortSignal): Promise<void> {
    const work = async (): Promise<void> => {
      const top = (await this.#standing(issueId, signal)).at(-1);
      if (top === undefined || top.owner !== owner || top.expiresAt === 0) return;
      await this.#write(top, { ...top, expiresAt: 0 }, signal);
    };
    return this.#api.limiter.turns.run(issueId, work, signal);
  }

  async #claim(issueId: string, { owner, expiresAt }: IssueClaim, signal: AbortSignal): Promise<ClaimResult> {
    const before = await this.#standing(issueId, signal);
    const top = before.at(-1);
    const isRunning = top !== undefined && top.expiresAt > this.#clock.now();
    if (isRunning && top.owner !== owner) return held(top);
    const own = { generation: isRunning ? top.generation : (top?.generation ?? 0) + 1, owner, expiresAt };
    const refusal = isRunning ? await this.#write(top, own, signal) : await this.#make(issueId, own, signal);
    // Another may have taken over between our look and our write.
    const now = await this.#look(issueId, own.generation, refusal, signal);
    if (now !== undefined && now.generation >= own.generation && now.owner !== owner) return held(now);
    for (const old of before) if (old.generation < own.generation) await this.#sweep(old.id, signal);
    return { kind: "claimed" };
  }

  /** The claims that were ever made on an issue and are still to be seen, the newest last. */
  async #standing(issueId: string, signal: AbortSignal): Promise<readonly Standing[]> {
    const nodes = await this.#comments.nodes(issueId, { body: { contains: CLAIM_WORD } }, signal);
    const claims = nodes.flatMap(({ id, body }): Standing[] => {
      const claim = readClaim(body);
      // What only looks like a claim, in a comment that somebody wrote, has another id.
      return claim !== undefined && id === idOf(issueId, claim.generation) ? [{ ...claim, id }] : [];
    });
    return claims.sort((a, b) => a.generation - b.generation);
  }

  /** The newest claim. Where ours was refused there is one of its generation, and a read may only lag behind; else the refusal is thrown. */
  async #look(
    issueId: string,
    generation: number,
    refusal: MaestroError | null,
    signal: AbortSignal,
  ): Promise<Standing | undefined> {
    for (let look = 0; look < LOOKS; look += 1) {
      const top = (await this.#standing(issueId, signal)).at(-1);
      if (refusal === null || (top?.generation ?? 0) >= generation) return top;
      await this.#clock.sleep(PAUSE_MS, signal);
    }
    throw refusal?.code === "tracker_conflict" ? unseen() : refusal;
  }

  /** Makes a claim; returns the refusal when its generation may be taken. */
  async #make(issueId: string, claim: ClaimText, signal: AbortSignal): Promise<MaestroError | null> {
    const id = idOf(issueId, claim.generation);
    try {
      await this.#api.ask(
        COMMENT_CREATE,
        { input: { id, issueId, body: claimText(claim), doNotSubscribeToIssue: true } },
        signal,
      );
      return null;
    } catch (error) {
      // Somebody may have been faster: the look that follows tells.
      if (isMaestroError(error) && /^tracker_(conflict|status)$/.test(error.code) && !error.retryable) return error;
      throw error;
    }
  }

  async #write({ id }: Standing, claim: ClaimText, signal: AbortSignal): Promise<null> {
    await this.#api.ask(COMMENT_UPDATE, { id, input: { body: claimText(claim) } }, signal);
    return null;
  }

  /** Another key's comment may be out of our reach; it is older than the one that counts and does no harm. */
  async #sweep(id: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#api.ask(COMMENT_DELETE, { id }, signal);
    } catch (error) {
      if (!isMaestroError(error) || !/^tracker_(auth|status|not_found)$/.test(error.code)) throw error;
    }
  }
}

function idOf(issueId: string, generation: number): string {
  return derivedId("claim", issueId, String(generation));
}

function unseen(): MaestroError {
  return new MaestroError({
    code: "tracker_conflict",
    message: "Somebody else claims this issue, and Linear does not show yet who.",
    retryable: true,
  });
}

function held({ owner, expiresAt }: ClaimText): ClaimResult {
  return { kind: "held", owner, expiresAt };
}
