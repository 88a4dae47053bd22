import { Octokit } from "@octokit/rest";
import { throwIfAborted, withDeadline } from "../base/abort.ts";
import type { Clock } from "../base/clock.ts";
import type { MaestroError } from "../base/errors.ts";
import { isJsonObject } from "../base/json.ts";
import type { ApiBudget, CallOptions } from "../contracts/outside.ts";
import type { GithubAxis, GithubPlace } from "./access.ts";
import { type GithubQuestion, type GraphqlError, refused, refusedDocument, unanswered, unreadable } from "./errors.ts";
import { type Answer, answerIn, nextPage } from "./answers.ts";
import { EtagCache } from "./etags.ts";
import { GithubLimits, type GithubResource } from "./limits.ts";
import { validateGraphqlAnswer, validateViewerAnswer } from "./schema.gen.ts";
import type { TokenSource } from "./tokens.ts";

/** What a client is made from. */
export interface GithubClientParts {
  readonly axis: GithubAxis;
  readonly place: GithubPlace;
  readonly tokens: TokenSource;
  readonly clock: Clock;
}

/** Parameters of a route or a document. */
export type GithubParams = Readonly<Record<string, unknown>>;

/** What a document brought: all of it, or what there is with the errors beside it. */
export interface DocumentAnswer {
  readonly data: unknown;
  readonly errors: readonly GraphqlError[];
}

/** One request to an answer, milliseconds; callers give a whole verb 30 s. */
const ATTEMPT_MS = 20_000;
/** Pauses before a read is asked again. */
const PAUSES_MS: readonly number[] = [500, 2_000];
/** The longest wait for a limit that is waited for here. */
const PATIENCE_MS = 5_000;
/** Enough for the pages of a few hundred issues and the heads of as many branches. */
const KEPT_ANSWERS = 400;
const PER_PAGE = 100;
/** More pages than this are a list that does not end. */
const MOST_PAGES = 200;

interface Request {
  readonly question: GithubQuestion;
  readonly resource: GithubResource;
  readonly route: string;
  readonly params: GithubParams;
}

/**
 * GitHub's REST and GraphQL with one credential. Reads are asked again after a failure, writes never: their effect may be there. Throws
 * the codes of `outside.ts` for its axis.
 */
export class GithubClient {
  readonly place: GithubPlace;
  readonly #parts: GithubClientParts;
  readonly #octokit: Octokit;
  readonly #limits: GithubLimits;
  readonly #etags = new EtagCache(KEPT_ANSWERS);
  #self: Promise<string> | undefined;

  constructor(parts: GithubClientParts) {
    const { place, clock, tokens } = parts;
    this.place = place;
    this.#parts = parts;
    this.#limits = new GithubLimits(clock, place.apiUrl, tokens.credential);
    const silent = (): void => undefined;
    const log = { debug: silent, info: silent, warn: silent, error: silent };
    this.#octokit = new Octokit({ baseUrl: place.apiUrl, userAgent: "maestro", log });
  }

  /** Reads one thing; what has not changed costs nothing. */
  async get(route: string, params: GithubParams, options: CallOptions): Promise<unknown> {
    return (await this.#read(route, params, options)).data;
  }

  /** Reads a list to its end. `key` names the member that holds the items, where an object does. */
  async list(route: string, params: GithubParams, options: CallOptions, key?: string): Promise<unknown[]> {
    const items: unknown[] = [];
    let asked: GithubParams = { ...params, per_page: PER_PAGE };
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const { data, link } = await this.#read(route, asked, options);
      const found: unknown = key !== undefined && isJsonObject(data) ? data[key] : data;
      if (!Array.isArray(found)) throw unreadable(this.#question(route, false));
      items.push(...found);
      const next = nextPage(link);
      if (next === undefined) return items;
      asked = { ...asked, ...next };
    }
    throw unreadable(this.#question(route, false));
  }

  /** Reads without a cache, and the answer as it comes: for what is large and no JSON. */
  async stream(route: string, params: GithubParams, options: CallOptions): Promise<unknown> {
    const request = this.#requestOf(route, { ...params, request: { parseSuccessResponseBody: false } }, false);
    return (await this.#ask(request, options)).data;
  }

  /** Changes something, at most once. */
  async write(route: string, params: GithubParams, options: CallOptions): Promise<unknown> {
    return (await this.#ask(this.#requestOf(route, params, true), options)).data;
  }

  /** Asks a document that changes nothing. */
  async query(document: string, variables: GithubParams, options: CallOptions): Promise<DocumentAnswer> {
    return this.#document(document, variables, false, options);
  }

  /** Carries out a document that changes something, at most once. Throws for every error in the answer. */
  async mutate(document: string, variables: GithubParams, options: CallOptions): Promise<unknown> {
    const { data, errors } = await this.#document(document, variables, true, options);
    if (errors.length > 0) throw refusedDocument(this.#question(nameOf(document), true), errors);
    return data;
  }

  /** The error for errors in an answer to `document`. */
  refusal(document: string, errors: readonly GraphqlError[]): MaestroError {
    return refusedDocument(this.#question(nameOf(document), false), errors);
  }

  /** The error for an answer of another shape than was asked for. */
  unreadable(name: string, isWrite = false): MaestroError {
    return unreadable(this.#question(name, isWrite));
  }

  /** The login that the credential stands for; asked once. */
  async self({ signal }: CallOptions): Promise<string> {
    throwIfAborted(signal);
    this.#self ??= this.#askSelf({ signal });
    try {
      return await this.#self;
    } catch (error) {
      this.#self = undefined;
      throw error;
    }
  }

  /** Work on one subject at a time among all clients of this credential in this process. */
  turn<T>(subject: string, work: () => Promise<T>, { signal }: CallOptions): Promise<T> {
    const { owner, name } = this.place;
    return this.#limits.turn(`${owner}/${name} ${subject}`, work, signal);
  }

  /** The present token, for Git. */
  token({ signal }: CallOptions): Promise<string> {
    return this.#parts.tokens.token(signal);
  }

  budget(): ApiBudget | null {
    return this.#limits.budget();
  }

  async #askSelf(options: CallOptions): Promise<string> {
    const document = "query Viewer { viewer { login } }";
    const { data, errors } = await this.query(document, {}, options);
    if (errors.length > 0) throw this.refusal(document, errors);
    if (!validateViewerAnswer(data)) throw this.unreadable("Viewer");
    return data.viewer.login;
  }

  async #read(route: string, params: GithubParams, options: CallOptions): Promise<{ data: unknown; link?: string }> {
    const key = `${route} ${JSON.stringify(params)}`;
    const kept = this.#etags.get(key);
    const headers = { ...headersOf(params), ...(kept === undefined ? {} : { "if-none-match": kept.etag }) };
    const {
      status,
      data,
      headers: told,
    } = await this.#ask(this.#requestOf(route, { ...params, headers }, false), options);
    if (status === 304 && kept !== undefined) return { data: kept.data, ...(kept.link && { link: kept.link }) };
    const link = told.link?.toString();
    const etag = told.etag?.toString();
    // What is no JSON arrived broken: kept, it would come back with every 304.
    if (etag !== undefined && typeof data === "object") this.#etags.set(key, { etag, data, link });
    return { data, ...(link === undefined ? {} : { link }) };
  }

  async #document(
    document: string,
    variables: GithubParams,
    isWrite: boolean,
    options: CallOptions,
  ): Promise<DocumentAnswer> {
    const question = this.#question(nameOf(document), isWrite);
    // A server of one's own has REST below /api/v3 and GraphQL below /api.
    const baseUrl = this.place.apiUrl.replace(/\/api\/v3$/, "/api");
    const params = { baseUrl, query: document, variables };
    const request: Request = { question, resource: "graphql", route: "POST /graphql", params };
    const { data } = await this.#ask(request, options);
    if (!validateGraphqlAnswer(data)) throw unreadable(question);
    return { data: data.data ?? null, errors: data.errors ?? [] };
  }

  #requestOf(route: string, params: GithubParams, isWrite: boolean): Request {
    const { owner, name: repo } = this.place;
    return { question: this.#question(route, isWrite), resource: "core", route, params: { owner, repo, ...params } };
  }

  async #ask(request: Request, { signal }: CallOptions): Promise<Answer> {
    for (let turn = 0; ; turn += 1) {
      throwIfAborted(signal);
      try {
        return await this.#once(request, signal);
      } catch (error) {
        const failure = unanswered(request.question, error);
        const pause = pauseBefore(failure, request.question, turn);
        if (pause === undefined) throw failure;
        await this.#parts.clock.sleep(pause, signal);
      }
    }
  }

  async #once(request: Request, signal: AbortSignal): Promise<Answer> {
    const { clock, tokens } = this.#parts;
    const { question, resource } = request;
    const ask = async (): Promise<Answer> => {
      const token = await tokens.token(signal);
      return withDeadline(clock, ATTEMPT_MS, signal, (bounded) => this.#send(request, token, bounded));
    };
    const answer = await this.#limits.run(resource, question.isWrite, ask, signal);
    const now = clock.now();
    this.#limits.note(resource, answer.headers, now);
    if (answer.status < 300 || answer.status === 304) return answer;
    const failure = refused(question, answer, now);
    if (failure.code.endsWith("_rate_limited")) this.#limits.hold(resource, failure.retryAfterMs ?? 0);
    throw failure;
  }

  /** Octokit throws answers that are no success; here they are answers. A write that is sent elsewhere would arrive as a read. */
  async #send({ route, params, question }: Request, token: string, signal: AbortSignal): Promise<Answer> {
    const { request, headers, ...rest } = params;
    const asked = { ...rest, headers: { ...objectOf(headers), authorization: `Bearer ${token}` } };
    try {
      const redirect = question.isWrite ? "manual" : "follow";
      const answer = await this.#octokit.request(route, {
        ...asked,
        request: { ...objectOf(request), signal, redirect },
      });
      return { status: answer.status, headers: answer.headers, data: answer.data, url: answer.url };
    } catch (error) {
      const answer = answerIn(error);
      if (answer === undefined) throw error;
      return answer;
    }
  }

  #question(name: string, isWrite: boolean): GithubQuestion {
    return { axis: this.#parts.axis, name, isWrite };
  }
}

/** How long to wait before the same is asked again; `undefined`: it is not. */
function pauseBefore(failure: MaestroError, { isWrite }: GithubQuestion, turn: number): number | undefined {
  const pause = PAUSES_MS[turn];
  if (pause === undefined) return undefined;
  // Whoever is refused for the rate has changed nothing.
  if (failure.code.endsWith("_rate_limited")) {
    const wait = failure.retryAfterMs ?? Number.POSITIVE_INFINITY;
    return wait <= PATIENCE_MS ? wait : undefined;
  }
  return isWrite || !failure.retryable || failure.code === "deadline" ? undefined : pause;
}

function nameOf(document: string): string {
  return /^\s*(?:query|mutation)\s+(\w+)/.exec(document)?.[1] ?? "GraphQL";
}

function headersOf(params: GithubParams): object {
  return objectOf(params.headers);
}

function objectOf(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}
