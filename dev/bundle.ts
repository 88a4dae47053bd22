// Makes dist/main.js and its parts of the sources and the packages they use: 750 small files cost half of every start.
import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "vite";

const PARTS = "dist/parts";
/** A running Maestro may still load parts of an older build; after this time, milliseconds, it has been started anew. */
const KEPT_MS = 86_400_000;

const built = await build({
  configFile: false,
  publicDir: false,
  logLevel: "warn",
  build: {
    ssr: "src/main.ts",
    outDir: "dist",
    emptyOutDir: false,
    target: "node20",
    minify: false,
    rolldownOptions: {
      // The front matter library has an engine that evaluates code; Maestro switches it off.
      checks: { eval: false },
      output: { entryFileNames: "main.js", chunkFileNames: "parts/[name]-[hash].js" },
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
