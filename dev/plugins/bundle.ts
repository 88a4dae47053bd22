import { isBuiltin } from "node:module";
import { resolve } from "node:path";
import { build } from "vite";

/** What is loaded later stands in the same file. */
const ONE_FILE = { output: { codeSplitting: false } } as const;

/** A plugin's code as one ESM file. Throws when it takes in anything at run time but Node's own modules. */
export async function bundlePlugin(entry: string): Promise<string> {
  const built = await build({
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    build: { ssr: resolve(entry), write: false, target: "node20", minify: false, rolldownOptions: ONE_FILE },
    ssr: { noExternal: true },
  });
  const [file, ...others] = [built].flat().flatMap((result) => ("output" in result ? result.output : []));
  if (file?.type !== "chunk" || others.length > 0) throw new Error(`${entry} does not become one file`);
  const foreign = file.imports.filter((name) => !isBuiltin(name));
  if (foreign.length > 0) throw new Error(`${entry} needs at run time: ${foreign.join(", ")}`);
  return `// Bundled from ${entry} by \`npm run plugins\`; do not edit.\n${file.code}`;
}
