/** A regular expression's source that matches the written forms of a secret value, longest forms first. */
export function secretPattern(value: string): string {
  const characters = [...value];
  const once = escapeJson(value);
  const forms = [
    literal(escapeJson(once)),
    characters.map(jsonForms).join(""),
    characters.map(urlForms).join(""),
    ...base64Forms(Buffer.from(value)).map(literal),
  ];
  return [...new Set(forms)].join("|");
}

/** As JSON writes a character: plain or escaped, also as `\uXXXX`, and `/` with or without a backslash. */
function jsonForms(character: string): string {
  if (/^[A-Za-z0-9_.-]$/.test(character)) return literal(character);
  if (character === "/") return "\\\\?/";
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  const code = units.map((unit) => `\\\\u${anyCase(unit.toString(16).padStart(4, "0"))}`).join("");
  return `(?:${code}|${literal(escapeJson(character))})`;
}

/** As URLs and forms write a character: encoders disagree on what they escape, so each one may be plain or escaped. */
function urlForms(character: string): string {
  if (/^[A-Za-z0-9_.-]$/.test(character)) return literal(character);
  const bytes = [...Buffer.from(character)].map((byte) => `%${anyCase(byte.toString(16).padStart(2, "0"))}`).join("");
  // Half a surrogate pair cannot be encoded; it reaches every output as U+FFFD.
  const sound = Buffer.from(character).toString();
  const forms = new Set([bytes, literal(character), literal(sound), ...(character === " " ? ["\\+"] : [])]);
  return `(?:${[...forms].join("|")})`;
}

/** The base64 characters that depend on these bytes alone, for each place at which they can stand in a longer text. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const inner = text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
    return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
