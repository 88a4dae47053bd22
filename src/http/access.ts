import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { shortHash } from "../base/ids.ts";
import type { Random } from "../base/random.ts";
import type { SecretRegistry } from "../base/redact.ts";
import type { ApiRole, ApiToken } from "../model/api-token.ts";

/** How long a link may be used, milliseconds. */
const LINK_MS = 10 * 60_000;
/** How long a session lives without being used, milliseconds. */
const SESSION_MS = 12 * 3_600_000;
/** Links that wait to be used; the oldest gives way. */
const MAX_LINKS = 8;
/** Sessions at once; the one that was unused the longest gives way. */
const MAX_SESSIONS = 64;
/** Length of a token, bytes. */
const TOKEN_BYTES = 32;

/** For this site only, out of reach of scripts, and forgotten with the browser's session. */
const COOKIE = "Path=/; HttpOnly; SameSite=Strict";

/** Who asks. */
export interface Caller {
  readonly kind: "session" | "bearer";
  /** What it may do. People with a session and the service's own bearer may do everything. */
  readonly role: ApiRole;
  /** Under this name commands stand on record: `http`, `http:<session name>`. */
  readonly actor: string;
  /** Epoch milliseconds; `null` for a bearer. */
  readonly expiresAt: number | null;
  /** Whether this caller may still ask; turns false when the session ends. */
  readonly isValid: () => boolean;
}

interface Session {
  readonly key: Buffer;
  readonly name: string;
  /** On the monotonic clock. */
  endsAt: number;
}

interface Link {
  readonly key: Buffer;
  readonly endsAt: number;
}

/** What access is made with. */
export interface AccessParts {
  /** Of the service, so that two on one host do not take each other's cookies: cookies know no ports. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly secrets: SecretRegistry;
  /** The tokens that people made for programs; read anew each time, so that a revoked one ends at once. Absent: none. */
  readonly tokens?: () => readonly ApiToken[];
}

/**
 * Who may ask: programs with the bearer token, people with a session that a link opened. All of it is in memory, as hashes, and ends
 * with the process.
 */
export class Access {
  /** For programs. */
  readonly bearer: string;
  readonly #parts: AccessParts;
  readonly #cookie: string;
  readonly #bearerKey: Buffer;
  #links: Link[] = [];
  #sessions: Session[] = [];
  #opened = 0;

  constructor(parts: AccessParts) {
    this.#parts = parts;
    this.#cookie = `maestro_${shortHash(parts.name, 8)}`;
    this.bearer = this.#newToken("http_token");
    this.#bearerKey = keyOf(this.bearer);
  }

  /** A token that opens one session, once. */
  newLink(): { readonly token: string; readonly expiresAt: number } {
    const { clock } = this.#parts;
    const token = this.#newToken("http_link");
    this.#links = [...this.#links.slice(1 - MAX_LINKS), { key: keyOf(token), endsAt: clock.monotonic() + LINK_MS }];
    return { token, expiresAt: clock.now() + LINK_MS };
  }

  /** Uses a link up and opens a session. `null` for one that is unknown, used or too old. */
  open(token: string, name: string | null): { readonly caller: Caller; readonly cookie: string } | null {
    const { clock, random } = this.#parts;
    const link = find(this.#links, keyOf(token));
    if (link === undefined) return null;
    this.#links = this.#links.filter((other) => other !== link);
    if (link.endsAt <= clock.monotonic()) return null;
    const secret = random.hex(TOKEN_BYTES);
    this.#opened += 1;
    const session = {
      key: keyOf(secret),
      name: name ?? `session-${this.#opened}`,
      endsAt: clock.monotonic() + SESSION_MS,
    };
    this.#sessions = [...this.#sessions.slice(1 - MAX_SESSIONS), session];
    return { caller: this.#callerOf(session), cookie: `${this.#cookie}=${secret}; ${COOKIE}` };
  }

  /** Who sent these headers, or `null`. Being seen keeps a session alive. */
  identify(headers: Headers): Caller | null {
    const bearer = /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
    if (bearer !== undefined) {
      const isOwn = timingSafeEqual(keyOf(bearer), this.#bearerKey);
      if (isOwn) return { kind: "bearer", role: "admin", actor: "http", expiresAt: null, isValid: () => true };
      return this.#callerWith(keyOf(bearer));
    }
    const session = this.#sessionOf(headers);
    if (session === undefined) return null;
    session.endsAt = this.#parts.clock.monotonic() + SESSION_MS;
    this.#sessions = [...this.#sessions.filter((other) => other !== session), session];
    return this.#callerOf(session);
  }

  /** Ends the session of these headers. Returns the header that makes a browser forget it. */
  end(headers: Headers): string {
    const session = this.#sessionOf(headers);
    this.#sessions = this.#sessions.filter((other) => other !== session);
    return `${this.#cookie}=; ${COOKIE}; Max-Age=0`;
  }

  #callerWith(key: Buffer): Caller | null {
    const find = (): ApiToken | undefined =>
      this.#parts.tokens?.().find(({ hash }) => {
        const kept = Buffer.from(hash, "hex");
        return kept.length === key.length && timingSafeEqual(kept, key);
      });
    const token = find();
    if (token === undefined) return null;
    const { role, name } = token;
    return { kind: "bearer", role, actor: `http:${name}`, expiresAt: null, isValid: () => find() !== undefined };
  }

  #callerOf(session: Session): Caller {
    const { clock } = this.#parts;
    return {
      kind: "session",
      role: "admin",
      actor: `http:${session.name}`,
      expiresAt: clock.now() + (session.endsAt - clock.monotonic()),
      isValid: () => session.endsAt > clock.monotonic() && this.#sessions.includes(session),
    };
  }

  #sessionOf(headers: Headers): Session | undefined {
    const secret = cookieOf(headers, this.#cookie);
    const session = secret === undefined ? undefined : find(this.#sessions, keyOf(secret));
    return session !== undefined && session.endsAt > this.#parts.clock.monotonic() ? session : undefined;
  }

  #newToken(name: string): string {
    const token = this.#parts.random.hex(TOKEN_BYTES);
    this.#parts.secrets.register(name, token);
    return token;
  }
}

function keyOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** Looks at all of them, so that the time tells nothing. */
function find<T extends { readonly key: Buffer }>(entries: readonly T[], key: Buffer): T | undefined {
  return entries.filter((entry) => timingSafeEqual(entry.key, key)).at(0);
}

function cookieOf(headers: Headers, name: string): string | undefined {
  const pairs = (headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
