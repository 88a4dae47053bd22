import { isJsonArray, isJsonObject, parseJson } from "./json.ts";
import type { JsonValue } from "./json-value.ts";
import { withoutKnownForms } from "./secret-patterns.ts";
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
  readonly #secrets = new Map<string, { readonly name: string; readonly pattern: string; readonly isLent: boolean }>();
  #searches: readonly Search[] = [];
  /** The user's, by their source. */
  readonly #patterns = new Map<string, RegExp>();

  /**
   * Has `value` masked as `[REDACTED:<name>]` from now on, for good: an old value stays secret when a name gets a new one. A value keeps
   * its first name. One that `isLent` is masked too, and `holds` does not count it: the workflow gives it to a process. In names only letters, digits and `_.-` stay. Values shorter than 6 characters are ignored.
   */
  register(name: string, value: string, { isLent = false } = {}): void {
    const known = this.#secrets.get(value);
    // What an agent was lent, and then turns out to be a secret of Maestro's own, is no longer lent.
    if (value.length < SHORTEST_SECRET || (known !== undefined && (isLent || !known.isLent))) return;
    const pattern = secretPattern(value);
    this.#secrets.set(value, { name: known?.name ?? name.replace(/[^A-Za-z0-9_.-]/g, "_"), pattern, isLent });
    // Longest first: a secret that begins with another one must not leave its tail.
    const sorted = [...this.#secrets].sort(([a], [b]) => b.length - a.length).map(([, secret]) => secret);
    this.#searches = Array.from({ length: Math.ceil(sorted.length / VALUES_AT_ONCE) }, (_, at) => {
      const some = sorted.slice(at * VALUES_AT_ONCE, (at + 1) * VALUES_AT_ONCE);
      const pattern = new RegExp(some.map((secret) => `(${secret.pattern})`).join("|"), "g");
      return { pattern, names: some.map((secret) => secret.name) };
    });
  }

  /**
   * Has what a regular expression matches masked as `[REDACTED:pattern]` from now on, for good. Returns what is wrong with it, else `null`. Within JSON it is
   * matched against each text on its own.
   */
  registerPattern(source: string): string | null {
    try {
      const pattern = new RegExp(source, "gu");
      if (pattern.test("")) return "matches the empty text";
      pattern.lastIndex = 0;
      this.#patterns.set(source, pattern);
      return null;
    } catch (error) {
      return `is no regular expression: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  /**
   * A text without the registered values (as they are, in base64, also inside a longer base64 text, URL-encoded, JSON-escaped), without what has the form of a
   * well-known credential, and without what the user's patterns match. Works on whole texts: a value that is split over two calls is not seen.
   */
  redact(text: string): string {
    if (text.length < SHORTEST_SECRET) return text;
    const masked = withoutKnownForms(this.#withoutValues(text));
    return this.#patterns.size === 0 ? masked : this.#withoutPatterns(masked);
  }

  /** Whether a text holds a registered value that no agent is lent, in any of its forms. What only looks like a credential does not count. */
  holds(text: string): boolean {
    if (this.#withoutValues(text) === text) return false;
    return [...this.#secrets.values()].some(({ pattern, isLent }) => !isLent && new RegExp(pattern).test(text));
  }

  /** `redact` for every string and key inside a JSON value. */
  redactValue<T extends JsonValue>(value: T): T;
  redactValue(value: JsonValue): JsonValue {
    return inside(value, (text) => this.redact(text));
  }

  /** How many values are registered. */
  values(): number {
    return this.#secrets.size;
  }

  #withoutValues(text: string): string {
    let redacted = text;
    for (const { pattern, names } of this.#searches) {
      redacted = redacted.replace(pattern, (_match, ...groups: unknown[]) => {
        const name = names.find((_, at) => groups[at] !== undefined);
        return `[REDACTED:${name ?? "secret"}]`;
      });
    }
    return redacted;
  }

  /** A pattern may take quotes and escapes, and would make JSON unreadable: so that is read first. */
  #withoutPatterns(text: string): string {
    const mask = (plain: string): string => {
      let masked = plain;
      for (const pattern of this.#patterns.values()) masked = masked.replace(pattern, "[REDACTED:pattern]");
      return masked;
    };
    const value = jsonIn(text);
    if (value === undefined) return mask(text);
    const before = JSON.stringify(value);
    const after = JSON.stringify(inside(value, mask));
    return before === after ? text : after;
  }
}

function jsonIn(text: string): JsonValue | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return parseJson(text);
  } catch {
    // Plain text that only begins like JSON.
    return undefined;
  }
}

/** The value with every string and key changed. */
function inside(value: JsonValue, change: (text: string) => string): JsonValue {
  if (typeof value === "string") return change(value);
  if (isJsonArray(value)) return value.map((item) => inside(item, change));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [change(key), inside(member, change)]));
}
