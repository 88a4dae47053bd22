import { type Breach, lineAt, type Source, type Tree } from "./source.ts";

interface Pattern {
  rule: string;
  message: string;
  pattern: RegExp;
  isExempt?: (source: Source, match: RegExpMatchArray & { index: number }) => boolean;
}

const IMPORT_OR_EXPORT = /^[ \t]*(?:import|export)\s+(?:type\s+)?(?:[\w$]+\s*,\s*)?(?:\*|\{)[^;"']*/gm;

const PATTERNS: readonly Pattern[] = [
  { rule: "default-export", message: "exports are named", pattern: /\bexport\s+default\b|\bas\s+default\b/g },
  {
    rule: "any",
    message: "no any",
    // Only where a type can stand: a variable may have this name.
    pattern: /(?:[:<|&]|\b(?:as|is|extends)\s)\s*any\b(?!\s*[:(.])|(?<![.\w$])any(?:\[\]|\s*>)/g,
  },
  {
    rule: "empty-catch",
    message: "an error is swallowed without the reason in words",
    pattern: /\bcatch\s*(?:\([^)]*\)\s*)?\{\s*\}|\.catch\(\s*\([^)]*\)\s*=>\s*\{\s*\}\s*\)/g,
    isExempt: ({ comments }, match) =>
      comments.some(({ start }) => start > match.index && start < match.index + match[0].length),
  },
  {
    rule: "cast",
    message: "`as` belongs into schema.ts and map.ts, where foreign shapes become ours",
    pattern: /(?<![.\w$])as\s+(?!const\b)(?=[\w${[("'`])/g,
    isExempt: (source, match) =>
      !source.path.startsWith("src/") ||
      /(^|\/)(schema|map)\.ts$|\/schema\//.test(source.path) ||
      isMappedKey(source.code, match.index) ||
      [...source.code.matchAll(IMPORT_OR_EXPORT)].some(
        ({ index, 0: clause }) => index < match.index && match.index < index + clause.length,
      ),
  },
];

export function checkLanguage({ sources }: Tree): Breach[] {
  return sources.flatMap((source) => [...findPatterns(source), ...findSuppressions(source)]);
}

function findPatterns(source: Source): Breach[] {
  return PATTERNS.flatMap(({ rule, message, pattern, isExempt }) =>
    [...source.code.matchAll(pattern)]
      .filter((match) => !isExempt?.(source, match))
      .map((match) => ({ file: source.path, line: lineAt(source.code, match.index), rule, message })),
  );
}

function findSuppressions({ path: file, code, comments }: Source): Breach[] {
  return comments
    .filter(({ text }) => /^\/[/*]+\s*@ts-(?:ignore|nocheck)\b/.test(text))
    .map(({ start }) => ({
      file,
      line: lineAt(code, start),
      rule: "suppression",
      message: "use @ts-expect-error, which fails when it is no longer needed",
    }));
}

/** `{ [K in Keys as Name]: … }` renames a key and casts nothing. */
function isMappedKey(code: string, index: number): boolean {
  return /\[\s*\w+\s+in\s[^\]]*$/.test(code.slice(Math.max(0, index - 200), index));
}
