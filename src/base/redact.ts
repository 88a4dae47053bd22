import { isJsonArray, isJsonObject } from "./json.ts";
import type { JsonValue } from "./json-value.ts";
import { secretPattern } from "./secret-forms.ts";

/** Shorter values are not masked: they would hit ordinary words. A credential that short protects nothing. */
export const SHORTEST_SECRET = 6;

/** Values in one pattern. One with some hundreds is searched a hundred times more slowly (Node 20: 280,000 texts per second with 10, 900 with 300). */
const VALUES_AT_ONCE = 50;

/** Values that are looked for together. */
interface Search {
  readonly pattern: RegExp;
  /** In the order of the pattern's groups. */
  readonly names: readonly string[];
}

/**
 * The one list of secret values of a process. Whoever reads a secret registers it; every sink (log, event, transcript, HTTP,
 * tool result) sends its text through `redact`. Handed to those who need it, never global.
 */
export class SecretRegistry {
  /** Name and pattern per value. */
  readonly #secrets = new Map<string, { readonly name: string; readonly pattern: string }>();
  #searches: readonly Search[] = [];

  /**
   * Has `value` masked as `[REDACTED:<name>]` from now on, for good: an old value stays secret when a name gets a new one. A value keeps
   * its first name. In names only letters, digits and `_.-` stay. Values shorter than 6 characters are ignored.
   */
  register(name: string, value: string): void {
    if (value.length < SHORTEST_SECRET || this.#secrets.has(value)) return;
    this.#secrets.set(value, { name: name.replace(/[^A-Za-z0-9_.-]/g, "_"), pattern: secretPattern(value) });
    // Longest first: a secret that begins with another one must not leave its tail.
    const sorted = [...this.#secrets].sort(([a], [b]) => b.length - a.length).map(([, secret]) => secret);
    this.#searches = Array.from({ length: Math.ceil(sorted.length / VALUES_AT_ONCE) }, (_, at) => {
      const some = sorted.slice(at * VALUES_AT_ONCE, (at + 1) * VALUES_AT_ONCE);
      const pattern = new RegExp(some.map((secret) => `(${secret.pattern})`).join("|"), "g");
      return { pattern, names: some.map((secret) => secret.name) };
    });
  }

  /**
   * A text without the registered values: as they are, in base64 (also inside a longer base64 text), URL-encoded, JSON-escaped.
   * Works on whole texts: a value that is split over two calls is not seen.
   */
  redact(text: string): string {
    if (text.length < SHORTEST_SECRET) return text;
    let redacted = text;
    for (const { pattern, names } of this.#searches) {
      redacted = redacted.replace(pattern, (_match, ...groups: unknown[]) => {
        const name = names.find((_, at) => groups[at] !== undefined);
        return `[REDACTED:${name ?? "secret"}]`;
      });
    }
    return redacted;
  }

  /** `redact` for every string and key inside a JSON value. Returns the value itself when nothing is registered. */
  redactValue<T extends JsonValue>(value: T): T;
  redactValue(value: JsonValue): JsonValue {
    return this.#searches.length === 0 ? value : this.#redactInside(value);
  }

  /** How many values are registered. */
  values(): number {
    return this.#secrets.size;
  }

  #redactInside(value: JsonValue): JsonValue {
    if (typeof value === "string") return this.redact(value);
    if (isJsonArray(value)) return value.map((item) => this.#redactInside(item));
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [this.redact(key), this.#redactInside(member)]),
    );
  }
}
