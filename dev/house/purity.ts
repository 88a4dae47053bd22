import { type Breach, lineAt, type Tree } from "./source.ts";

const IMPURE =
  /(?<![.\w$])(?:(?:async|await|Promise|Date|globalThis|performance|crypto)\b(?!\s*\??:)|(?:process|console)\s*[.[]|Math\s*\.\s*random\b|(?:fetch|setTimeout|setInterval|setImmediate|queueMicrotask)\s*\()/g;

/** A decision is a function of its facts. What it may import is in layers.ts. */
export function checkPurity({ sources }: Tree): Breach[] {
  return sources
    .filter(({ path }) => path.startsWith("src/policy/"))
    .flatMap(({ path: file, code }) =>
      [...code.matchAll(IMPURE)].map((match) => ({
        file,
        line: lineAt(code, match.index),
        rule: "purity",
        message: `policy is pure: no ${match[0].replace(/[\s([.]+$/, "")}`,
      })),
    );
}
