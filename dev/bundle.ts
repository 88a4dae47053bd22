// Makes dist/main.js and its parts of the sources and the packages they use: 750 small files cost half of every start.
import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { build } from "vite";

const PARTS = "dist/parts";
/** A running Maestro may still load parts of an older build; after this time, milliseconds, it has been started anew. */
const KEPT_MS = 86_400_000;

const ENTRY = resolve("src/main.ts");
let first: Set<string> | undefined;

/** Whether every command needs this source: all of those are one file, because each file costs a start half a millisecond. */
function isFirst(
  id: string,
  graph: { getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null },
): boolean {
  if (first === undefined) {
    first = new Set([ENTRY]);
    // A set that grows while it is gone through hands out what was added.
    for (const known of first)
      for (const imported of graph.getModuleInfo(known)?.importedIds ?? []) first.add(imported);
  }
  // The entry is a file of its own: it waits for its command, and what that loads would wait for it.
  return first.has(id) && id !== ENTRY;
}

const built = await build({
  configFile: false,
  publicDir: false,
  logLevel: "warn",
  build: {
    ssr: ENTRY,
    outDir: "dist",
    emptyOutDir: false,
    target: "node20",
    minify: false,
    rolldownOptions: {
      // The front matter library has an engine that evaluates code; Maestro switches it off.
      checks: { eval: false },
      output: {
        entryFileNames: "main.js",
        chunkFileNames: "parts/[name]-[hash].js",
        codeSplitting: { groups: [{ name: (id, graph) => (isFirst(id, graph) ? "first" : null), debugName: "first" }] },
      },
    },
  },
  // A package with a binary of its own cannot be part of a file.
  ssr: { noExternal: true, external: ["@photostructure/sqlite"] },
});
// Which sources are in which file, so that a test can see what a command loads.
const chunks = [built].flat().flatMap((result) => ("output" in result ? result.output : []));
const sources = chunks.flatMap((chunk) =>
  chunk.type === "chunk" ? [[chunk.fileName, chunk.moduleIds.map((id) => relative(process.cwd(), id))] as const] : [],
);
writeFileSync(join(PARTS, "sources.json"), `${JSON.stringify(Object.fromEntries(sources), null, 2)}\n`);
const now = Date.now();
for (const name of readdirSync(PARTS)) {
  const path = join(PARTS, name);
  if (now - statSync(path).mtimeMs > KEPT_MS) rmSync(path);
}
