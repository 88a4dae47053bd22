import { LinearClient } from "@linear/sdk";
import { throwIfAborted, withDeadline } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import type { MaestroError } from "../../base/errors.ts";
import type { JsonObject, JsonValue } from "../../base/json.ts";
import { type RateLimiter, RateLimiters, readRetryAfter } from "../../base/rate-limiter.ts";
import type { SecretRegistry } from "../../base/redact.ts";
import type { AdapterContext } from "../../contracts/tracker.ts";
import type { Question } from "./documents.ts";
import { brokenPages, isRateLimit, limitedError, refusedError, unansweredError, unreadable } from "./errors.ts";
import { answerOf, plainJson, rawAnswerOf, readAllowance, type Refused, refusalOf } from "./map.ts";
import type { LinearSettings } from "./options.ts";

/** How long one request may take, milliseconds: below the 30 s that callers give a whole call. */
const ATTEMPT_MS = 20_000;
/** Pages of one list; more means that the pages go in a circle. 200 pages are 10 000 issues. */
const MOST_PAGES = 200;
/** Requests with one key at once: a poll and a few writes. */
const AT_ONCE = 4;
const LONGEST_HOLD_MS = 300_000;
const SHORTEST_HOLD_MS = 1_000;

/** One page of a list. */
interface Page<N> {
  readonly nodes: readonly N[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** Asks Linear, through the SDK's own client, one document at a time. Nothing is repeated here: that is the caller's to decide. */
export class LinearApi {
  readonly limiter: RateLimiter;
  readonly #settings: LinearSettings;
  readonly #clock: Clock;
  readonly #secrets: SecretRegistry;

  constructor(settings: LinearSettings, context: AdapterContext) {
    this.#settings = settings;
    this.#clock = context.clock;
    this.#secrets = context.secrets;
    const limiters = context.limiters ?? new RateLimiters(context.clock);
    this.limiter = limiters.of(settings.endpoint, settings.apiKey, { atOnce: AT_ONCE });
  }

  /** The answer to one document. Throws the `tracker_…` codes and `aborted`. */
  async ask<T>(question: Question<T>, variables: Record<string, unknown>, signal: AbortSignal): Promise<T> {
    throwIfAborted(signal);
    try {
      const data = await this.limiter.run(
        () => withDeadline(this.#clock, ATTEMPT_MS, signal, (bounded) => this.#send(question, variables, bounded)),
        signal,
      );
      if (question.fits(data)) return data;
      throw unreadable("it lacks what was asked for.");
    } catch (error) {
      throw this.#errorOf(error, question.writes);
    }
  }

  /** What Linear says to any document, whole; `ok` is false when it says no. Throws when there is no answer, and for its limits. */
  async askRaw(
    document: string,
    variables: JsonObject,
    signal: AbortSignal,
  ): Promise<{ readonly ok: boolean; readonly body: JsonValue }> {
    throwIfAborted(signal);
    const question = { text: document };
    try {
      const data = await this.limiter.run(
        () => withDeadline(this.#clock, ATTEMPT_MS, signal, (bounded) => this.#send(question, variables, bounded)),
        signal,
      );
      return { ok: true, body: plainJson({ data }) };
    } catch (error) {
      const refused = refusalOf(error);
      if (refused === undefined || isRateLimit(refused.refusal) || refused.refusal.status === 401) {
        throw this.#errorOf(error, true);
      }
      this.#note(refused.headers);
      return { ok: false, body: plainJson(rawAnswerOf(error)) };
    }
  }

  /** Every node of a list, each page asked for once. A list that does not end, or says so without a cursor, is `tracker_pagination`. */
  async readAll<N>(askPage: (after: string | null) => Promise<Page<N>>, from: string | null = null): Promise<N[]> {
    const nodes: N[] = [];
    const seen = new Set<string>();
    let after = from;
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const page: Page<N> = await askPage(after);
      nodes.push(...page.nodes);
      const { hasNextPage, endCursor } = page.pageInfo;
      if (!hasNextPage) return nodes;
      after = cursorOf(endCursor);
      if (seen.has(after)) throw brokenPages("the same page came twice.");
      seen.add(after);
    }
    throw brokenPages(`it has more than ${MOST_PAGES} pages.`);
  }

  /** What follows on a first page that is already there. */
  async readRest<N>(
    { hasNextPage, endCursor }: Page<N>["pageInfo"],
    askPage: (after: string | null) => Promise<Page<N>>,
  ): Promise<N[]> {
    return hasNextPage ? this.readAll(askPage, cursorOf(endCursor)) : [];
  }

  async #send(
    question: Pick<Question<unknown>, "text">,
    variables: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<unknown> {
    // The SDK takes a signal per client only; a client holds nothing but its options.
    const { client } = new LinearClient({ ...credential(this.#settings), signal, redirect: "error" });
    const { data, headers } = await client.rawRequest<unknown, Record<string, unknown>>(question.text, variables);
    this.#note(answerOf(headers));
    return data;
  }

  #errorOf(error: unknown, writes: boolean): MaestroError {
    const refused = refusalOf(error);
    if (refused === undefined) return unansweredError(error);
    this.#note(refused.headers);
    if (!isRateLimit(refused.refusal)) return refusedError({ ...refused, writes, secrets: this.#secrets });
    const ms = this.#holdOf(refused);
    this.limiter.hold(ms);
    return limitedError(ms);
  }

  #note(headers: Headers | undefined): void {
    const allowance = headers === undefined ? undefined : readAllowance(headers);
    if (allowance !== undefined) this.limiter.note(allowance);
  }

  /**
   * `Retry-After` where it is given. Otherwise the reset is when the bucket is full again; it fills evenly, so a twentieth of the way there is
   * a twentieth of the allowance.
   */
  #holdOf({ headers }: Refused): number {
    const now = this.#clock.now();
    const asked = readRetryAfter(headers?.get("retry-after"), now);
    if (asked !== undefined) return asked;
    const resetAt = (headers === undefined ? undefined : readAllowance(headers))?.resetAt ?? now + LONGEST_HOLD_MS;
    return Math.ceil(Math.min(LONGEST_HOLD_MS, Math.max(SHORTEST_HOLD_MS, (resetAt - now) / 20)));
  }
}

function cursorOf(endCursor: string | null): string {
  if (endCursor === null || endCursor === "") throw brokenPages("more follows, but it does not say from where.");
  return endCursor;
}

/** Personal keys are sent as they are, OAuth tokens as bearers. */
function credential({ apiKey, endpoint: apiUrl }: LinearSettings) {
  const isToken = apiKey.startsWith("lin_oauth_") || apiKey.startsWith("Bearer ");
  return isToken ? { accessToken: apiKey, apiUrl } : { apiKey, apiUrl };
}
