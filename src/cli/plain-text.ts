/** Control characters that a text may keep. */
const KEPT = new Set(["\n", "\t"]);
/** Characters that steer a terminal or turn the direction of a text. */
const STEERING = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** A text that cannot steer a terminal: of all control characters only line ends and tabs stay. */
export function plainText(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(STEERING, (character) => (KEPT.has(character) ? character : ""));
}

/** A text as part of one line: plain, every run of blanks is one blank. */
export function oneLine(text: string): string {
  return plainText(text).replace(/\s+/g, " ").trim();
}

/** At most `width` characters of one line; a shortened one ends in an ellipsis. */
export function shortened(text: string, width: number): string {
  const characters = [...oneLine(text)];
  return characters.length <= width ? characters.join("") : `${characters.slice(0, width - 1).join("")}…`;
}

/** A value as indented JSON that cannot steer a terminal: such characters are escaped, so that nothing is lost. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(STEERING, (character) =>
    character === "\n" ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
