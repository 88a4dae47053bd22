import type { Breach, Source, Tree } from "./source.ts";

/** Types count as well: files that need each other's types are one file or lack a third. */
export function checkCycles({ sources }: Tree): Breach[] {
  const product = new Map(sources.filter(({ path }) => path.startsWith("src/")).map((source) => [source.path, source]));
  const done = new Set<string>();
  const trail: string[] = [];
  const breaches: Breach[] = [];

  const visit = (source: Source): void => {
    trail.push(source.path);
    for (const { path, line } of source.imports) {
      const next = path === undefined ? undefined : product.get(path);
      if (next === undefined || done.has(next.path)) continue;
      const start = trail.indexOf(next.path);
      if (start === -1) visit(next);
      else {
        const loop = [...trail.slice(start), next.path].join(" → ");
        breaches.push({ file: source.path, line, rule: "cycles", message: loop });
      }
    }
    trail.pop();
    done.add(source.path);
  };

  for (const source of product.values()) if (!done.has(source.path)) visit(source);
  return breaches;
}
