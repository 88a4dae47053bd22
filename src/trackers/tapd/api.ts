import { throwIfAborted, withDeadline } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import type { MaestroError } from "../../base/errors.ts";
import { parseJson } from "../../base/json.ts";
import { type RateLimiter, RateLimiters, type RequestPace, readRetryAfter } from "../../base/rate-limiter.ts";
import type { SecretRegistry } from "../../base/redact.ts";
import type { AdapterContext } from "../../contracts/tracker.ts";
import {
  brokenPages,
  greeted,
  limitedError,
  refusedError,
  type TapdCall,
  unansweredError,
  unreadable,
} from "./errors.ts";
import type { TapdSettings } from "./options.ts";
import { PageMemory } from "./page-memory.ts";
import type { Envelope, Row } from "./schema.ts";
import { validateEnvelope, validateRow } from "./schema.gen.ts";

/** How long one request may take, milliseconds: below the 30 s that callers give a whole call. */
const ATTEMPT_MS = 20_000;
/** Pauses before a read is asked again. */
const PAUSES_MS: readonly number[] = [1_000, 2_000];
/** How long nothing is asked after a refusal for the limit that does not say how long, milliseconds. */
const HOLD_MS = 15_000;
/** Milliseconds before something that is not shown yet is looked for again. */
const LOOK_MS = 1_000;
const PER_PAGE = 200;
/** Pages of one list; more means that the pages go in a circle. */
const MOST_PAGES = 100;

/** Parameters of a call; `undefined` leaves one out. */
export type TapdParams = Readonly<Record<string, string | undefined>>;

/** TAPD's API with one account in one workspace. Reads are asked again after a failure, writes never: their effect may be there. */
export class TapdApi {
  readonly limiter: RateLimiter;
  readonly #settings: TapdSettings;
  readonly #clock: Clock;
  readonly #secrets: SecretRegistry;
  readonly #pages = new PageMemory();

  constructor(settings: TapdSettings, { clock, secrets, limiters }: AdapterContext) {
    this.#settings = settings;
    this.#clock = clock;
    this.#secrets = secrets;
    this.limiter = (limiters ?? new RateLimiters(clock)).of(
      settings.endpoint,
      settings.user,
      paceOf(settings.requestsPerMinute),
    );
  }

  /** The data of an answer. */
  async get<T>(path: string, params: TapdParams, fits: (data: unknown) => data is T, signal: AbortSignal): Promise<T> {
    return this.#ask({ name: `GET ${path}`, isWrite: false }, path, params, fits, signal);
  }

  /** Changes something, at most once. */
  async post<T>(path: string, params: TapdParams, fits: (data: unknown) => data is T, signal: AbortSignal): Promise<T> {
    return this.#ask({ name: `POST ${path}`, isWrite: true }, path, params, fits, signal);
  }

  /** The rows of one page, taken out of their wrappers. What is not on it may be on another one. */
  async page(path: string, wrap: string, params: TapdParams, signal: AbortSignal): Promise<Row[]> {
    const page = await this.get(path, { ...params, limit: String(PER_PAGE) }, Array.isArray, signal);
    return page.map((one) => unwrapped(one, wrap, { name: `GET ${path}`, isWrite: false }));
  }

  /**
   * Every row of a list in the order of ids, taken out of its wrapper. A page that is short may be cut short without saying so: it is believed
   * only when it shows all that was there the last time (never for `isSure`), else what follows on it is asked for too.
   */
  async list(path: string, wrap: string, params: TapdParams, signal: AbortSignal, isSure = false): Promise<Row[]> {
    const rows = new Map<string, Row>();
    const key = `${path} ${JSON.stringify(params)}`;
    let last: string | undefined;
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const from = last === undefined ? { order: "id asc" } : { cursor: last };
      const page = await this.page(path, wrap, { ...params, ...from }, signal);
      const isShort = page.length < PER_PAGE && !isSure;
      const isLast = page.length === 0 || (isShort && this.#pages.covers(key, [...rows.keys()], page));
      if (page.some(({ id }) => rows.has(id))) throw brokenPages("the same entry came twice.");
      for (const row of page) rows.set(row.id, row);
      if (isLast) {
        this.#pages.keep(key, [...rows.keys()]);
        return [...rows.values()].sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
      }
      last = page.map(({ id }) => id).reduce((a, b) => (BigInt(a) > BigInt(b) ? a : b));
    }
    throw brokenPages(`it has more than ${MOST_PAGES} pages.`);
  }

  /** Work on one subject at a time among all clients of this account in this process: TAPD has no compare and set. */
  turn<T>(subject: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.limiter.turns.run(`${this.#settings.workspaceId} ${subject}`, work, signal);
  }

  /** What a look that is repeated waits before. */
  async pause(signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(LOOK_MS, signal);
  }

  async #ask<T>(
    call: TapdCall,
    path: string,
    params: TapdParams,
    fits: (data: unknown) => data is T,
    signal: AbortSignal,
  ): Promise<T> {
    for (let turn = 0; ; turn += 1) {
      throwIfAborted(signal);
      try {
        const data = await this.#once(call, path, params, signal);
        if (fits(data)) return data;
        throw typeof data === "string" && /^hello world/i.test(data)
          ? greeted(call)
          : unreadable(call, "it lacks what was asked for.");
      } catch (error) {
        const failure = unansweredError(error);
        const pause = call.isWrite || !isPassing(failure) ? undefined : PAUSES_MS[turn];
        if (pause === undefined) throw failure;
        await this.#clock.sleep(pause, signal);
      }
    }
  }

  async #once(call: TapdCall, path: string, params: TapdParams, signal: AbortSignal): Promise<unknown> {
    const { status, text, headers } = await this.limiter.run(
      () => withDeadline(this.#clock, ATTEMPT_MS, signal, (bounded) => this.#send(call, path, params, bounded)),
      signal,
    );
    // Its X-RateLimit headers were seen to count something else than what is enforced: they are not passed on as an allowance.
    this.limiter.note({ limit: null, remaining: null, resetAt: null });
    if (status === 429) {
      const ms = readRetryAfter(headers.get("retry-after"), this.#clock.now()) ?? HOLD_MS;
      this.limiter.hold(ms);
      throw limitedError(ms);
    }
    const envelope = envelopeIn(text);
    const claimed = envelope === undefined ? undefined : Number(envelope.status);
    if (status === 200 && envelope === undefined)
      throw unreadable(call, "it is no JSON of the form that TAPD documents.");
    if (status === 200 && claimed === 1) return envelope?.data;
    const info = typeof envelope?.info === "string" ? envelope.info : "";
    const { workspaceId } = this.#settings;
    const told = status === 200 ? (claimed ?? 0) : status;
    throw refusedError({ call, status: told, info, workspaceId, secrets: this.#secrets });
  }

  async #send(
    { isWrite }: TapdCall,
    path: string,
    params: TapdParams,
    signal: AbortSignal,
  ): Promise<{ status: number; text: string; headers: Headers }> {
    const { endpoint, user, password, workspaceId } = this.#settings;
    const form = new URLSearchParams({ workspace_id: workspaceId });
    for (const [name, value] of Object.entries(params)) if (value !== undefined) form.set(name, value);
    const headers = {
      accept: "application/json",
      authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
    };
    // A redirect would carry the password, or turn a write into a read.
    const request = isWrite
      ? fetch(endpoint + path, { method: "POST", body: form, headers, signal, redirect: "error" })
      : fetch(`${endpoint}${path}?${form}`, { headers, signal, redirect: "error" });
    const answer = await request;
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  }
}

/** What goes away by itself, so that a read is worth a second try. */
function isPassing({ code, retryable }: MaestroError): boolean {
  return retryable && code !== "tracker_rate_limited" && code !== "tracker_pagination";
}

function envelopeIn(text: string): Envelope | undefined {
  try {
    const answer: unknown = parseJson(text);
    return validateEnvelope(answer) ? answer : undefined;
  } catch {
    // A gateway's page: its status is all that it says.
    return undefined;
  }
}

function unwrapped(entry: unknown, wrap: string, call: TapdCall): Row {
  const row: unknown =
    typeof entry === "object" && entry !== null && wrap in entry ? Reflect.get(entry, wrap) : undefined;
  if (!validateRow(row)) throw unreadable(call, `an entry is no ${wrap} with an id.`);
  return row;
}

/** A sixth of a minute's requests may begin at once; the others are spread, so that no minute has more than it may. */
function paceOf(perMinute: number): RequestPace {
  const burst = Math.floor(perMinute / 6);
  return { atOnce: 2, gapMs: 60_000 / (perMinute - burst), burst };
}
