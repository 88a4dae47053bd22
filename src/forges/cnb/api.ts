import { throwIfAborted, withDeadline } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import type { MaestroError } from "../../base/errors.ts";
import { type RateLimiter, RateLimiters } from "../../base/rate-limiter.ts";
import type { ApiBudget, CallOptions } from "../../contracts/outside.ts";
import type { AdapterContext } from "../../contracts/tracker.ts";
import { type CnbAnswer, type CnbQuestion, endless, refused, unanswered, unreadable } from "./errors.ts";
import type { CnbPlace } from "./options.ts";
import { validateSelf } from "./schema.gen.ts";

/** One request to its answer, milliseconds; callers give a whole verb 30 s. */
const ATTEMPT_MS = 20_000;
/** Pauses before a read is asked again. */
const PAUSES_MS: readonly number[] = [500, 2_000];
/** The longest wait for a limit that is waited for here. */
const PATIENCE_MS = 5_000;
/** Requests with one token at once; no document names a limit. */
const AT_ONCE = 4;
const PAGE_SIZE = 100;
/** More pages than this are a list that does not end. */
const MOST_PAGES = 200;
/** A larger answer is none that Maestro asks for; bytes. */
const LARGEST_ANSWER = 64 * 1024 * 1024;
const MEDIA_TYPE = "application/vnd.cnb.api+json";
/** The user name under which CNB takes a token as password. */
export const GIT_USER = "cnb";

/** Values of a query; a list gives its name several times. */
export type CnbQuery = Readonly<Record<string, string | readonly string[]>>;

interface Request extends CnbQuestion {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * CNB's API and Git over HTTP with one token. Reads are asked again after a failure, writes never: their effect may be there. Throws the
 * `forge_…` codes of `outside.ts`. Paths begin below `/<repository>/-`.
 */
export class CnbApi {
  readonly place: CnbPlace;
  readonly #clock: Clock;
  readonly #limiter: RateLimiter;
  #self: string | undefined;

  constructor(place: CnbPlace, context: Pick<AdapterContext, "clock" | "limiters">) {
    this.place = place;
    this.#clock = context.clock;
    const limiters = context.limiters ?? new RateLimiters(context.clock);
    this.#limiter = limiters.of(place.apiUrl, place.token, { atOnce: AT_ONCE });
  }

  /** Reads one thing. `fits` is the shape that it must have. */
  async get<T>(
    path: string,
    fits: (value: unknown) => value is T,
    options: CallOptions,
    query: CnbQuery = {},
  ): Promise<T> {
    const value = await this.#json(this.#request("GET", path, query), options);
    if (!fits(value)) throw unreadable(`GET ${path}`);
    return value;
  }

  /** Reads a list to its end: CNB's last page is the one that is not full. */
  async list<T>(
    path: string,
    fits: (value: unknown) => value is T,
    options: CallOptions,
    query: CnbQuery = {},
  ): Promise<T[]> {
    const items: T[] = [];
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const asked = { ...query, page: String(page), page_size: String(PAGE_SIZE) };
      const found = await this.#json(this.#request("GET", path, asked), options);
      if (!Array.isArray(found)) throw unreadable(`GET ${path}`);
      for (const item of found) {
        if (!fits(item)) throw unreadable(`GET ${path}`);
        items.push(item);
      }
      if (found.length < PAGE_SIZE) return items;
    }
    throw endless(`GET ${path}`);
  }

  /** Changes something, at most once. */
  async write(method: "POST" | "PUT" | "PATCH", path: string, body: object, options: CallOptions): Promise<unknown> {
    return this.#json({ ...this.#request(method, path, {}), body: JSON.stringify(body) }, options);
  }

  /** Speaks with the repository's Git over smart HTTP. `body` makes it a write. */
  async git(action: string, body: string | undefined, options: CallOptions): Promise<Buffer> {
    const { webUrl, repository, token } = this.place;
    const service = /git-(?:upload|receive)-pack/.exec(action)?.[0] ?? "";
    const headers = {
      authorization: `Basic ${Buffer.from(`${GIT_USER}:${token}`).toString("base64")}`,
      ...(body === undefined ? {} : { "content-type": `application/x-${service}-request` }),
    };
    const isWrite = body !== undefined;
    const url = `${webUrl}/${repository}.git/${action}`;
    const request = { name: service, isWrite, url, method: isWrite ? "POST" : "GET", headers };
    return (await this.#ask({ ...request, ...(isWrite ? { body } : {}) }, options)).body;
  }

  /** The user name that the token stands for; asked once. */
  async self(options: CallOptions): Promise<string> {
    throwIfAborted(options.signal);
    if (this.#self !== undefined) return this.#self;
    const url = `${this.place.apiUrl}/user`;
    const value = await this.#json({ ...this.#request("GET", "", {}), name: "GET /user", url }, options);
    if (!validateSelf(value)) throw unreadable("GET /user");
    this.#self = value.username;
    return value.username;
  }

  /** Work on one subject at a time among all clients of this token in this process. */
  turn<T>(subject: string, work: () => Promise<T>, { signal }: CallOptions): Promise<T> {
    return this.#limiter.turns.run(`${this.place.repository} ${subject}`, work, signal);
  }

  budget(): ApiBudget | null {
    return this.#limiter.budget();
  }

  #request(method: string, path: string, query: CnbQuery): Request {
    const { apiUrl, repository, token } = this.place;
    const pairs = Object.entries(query).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, one]),
    );
    const search = pairs.length === 0 ? "" : `?${new URLSearchParams(pairs).toString()}`;
    return {
      name: `${method} ${path}`,
      isWrite: method !== "GET",
      url: `${apiUrl}/${repository}/-${path}${search}`,
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: MEDIA_TYPE,
        ...(method === "GET" ? {} : { "content-type": "application/json" }),
      },
    };
  }

  async #json(request: Request, options: CallOptions): Promise<unknown> {
    const { body } = await this.#ask(request, options);
    if (body.length === 0 && request.isWrite) return null;
    try {
      return JSON.parse(body.toString("utf8"));
    } catch {
      throw unreadable(request.name);
    }
  }

  async #ask(request: Request, { signal }: CallOptions): Promise<CnbAnswer> {
    for (let turn = 0; ; turn += 1) {
      throwIfAborted(signal);
      try {
        return await this.#once(request, signal);
      } catch (error) {
        const failure = unanswered(request, error);
        const pause = pauseBefore(failure, request, turn);
        if (pause === undefined) throw failure;
        await this.#clock.sleep(pause, signal);
      }
    }
  }

  async #once(request: Request, signal: AbortSignal): Promise<CnbAnswer> {
    const send = () => withDeadline(this.#clock, ATTEMPT_MS, signal, (bounded) => exchange(request, bounded));
    const answer = await this.#limiter.run(send, signal);
    // No header tells of an allowance; what was spent is known nevertheless.
    this.#limiter.note({ limit: null, remaining: null, resetAt: null });
    if (answer.status >= 200 && answer.status < 300) return answer;
    const failure = refused(request, answer, this.#clock.now());
    if (failure.code === "forge_rate_limited") this.#limiter.hold(failure.retryAfterMs ?? 0);
    throw failure;
  }
}

/** A redirect is an answer, not followed: a write would arrive as a read, and the token might leave its host. */
async function exchange({ name, url, method, headers, body }: Request, signal: AbortSignal): Promise<CnbAnswer> {
  const sent = body === undefined ? {} : { body };
  const response = await fetch(url, { method, headers, redirect: "manual", signal, ...sent });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > LARGEST_ANSWER) throw unreadable(name);
    chunks.push(chunk);
  }
  return { status: response.status, headers: response.headers, body: Buffer.concat(chunks) };
}

/** How long to wait before the same is asked again; `undefined`: it is not. */
function pauseBefore(failure: MaestroError, { isWrite }: CnbQuestion, turn: number): number | undefined {
  const pause = PAUSES_MS[turn];
  if (pause === undefined) return undefined;
  // Whoever is refused for the rate has changed nothing.
  if (failure.code === "forge_rate_limited") {
    const wait = failure.retryAfterMs ?? Number.POSITIVE_INFINITY;
    return wait <= PATIENCE_MS ? wait : undefined;
  }
  return isWrite || !failure.retryable || failure.code === "deadline" ? undefined : pause;
}
