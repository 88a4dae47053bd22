// TypeBox costs 150 ms to import, so it never runs in the product. Schemas are authored in `schema.ts` (or `schema/x.ts`);
// this script compiles each exported schema to plain code in the sibling `.gen.ts`, which is all that run-time code imports.
// Usage: tsx dev/generate-validators.ts [source folder]
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";
import { listFiles } from "./files.ts";

const SCHEMA_FILE = /(^|\/)(schema\.ts|schema\/(?!index\.ts$)[^/]+(?<!\.gen)\.ts)$/;

/** Schemas that are also shown to others as they are: those of the arguments of tools, to agents. */
const DESCRIBES = /\/src\/tools\/outside\/schema\.ts$/;

const root = resolve(process.argv[2] ?? "src");
const files = listFiles(root);
const wanted = new Set<string>();
for (const file of files.filter((name) => SCHEMA_FILE.test(name))) {
  const code = await generate(resolve(root, file));
  const target = file.replace(/\.ts$/, ".gen.ts");
  if (code === undefined) continue;
  wanted.add(target);
  writeIfChanged(resolve(root, target), code);
}
for (const file of files) {
  if (file.endsWith(".gen.ts") && !wanted.has(file)) rmSync(resolve(root, file), { force: true });
}

/** The validators of one module, or undefined when it exports no schema. */
async function generate(path: string): Promise<string | undefined> {
  const exported = Object.entries<unknown>(await import(pathToFileURL(path).href));
  const schemas = exported.filter(([, value]) => isSchema(value));
  if (schemas.length === 0) return undefined;
  const names = schemas.map(([name]) => name);
  assertTypes(path, names);
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    strictRequired: false, // a branch of oneOf may require what its parent describes
    allowUnionTypes: true,
    useDefaults: true,
    discriminator: true,
    code: { source: true, esm: true },
  });
  try {
    // The JSON round trip drops TypeBox's own hidden marks, which a strict Ajv refuses.
    for (const [name, schema] of schemas) ajv.addSchema(JSON.parse(JSON.stringify(schema)), name);
    const compiled = standalone.default(ajv, Object.fromEntries(names.map((name) => [`validate${name}`, name])));
    const shown = DESCRIBES.test(path) ? schemas : [];
    return `${render(basename(path), names, compiled)}${shown.map(renderSchema).join("")}`;
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function isSchema(value: unknown): boolean {
  return typeof value === "object" && value !== null && ("~kind" in value || "~unsafe" in value);
}

/** Generated code is not type-checked, so a missing type would silently become `any` for every caller. */
function assertTypes(path: string, names: readonly string[]): void {
  const text = readFileSync(path, "utf8");
  const untyped = names.filter((name) => !new RegExp(`export (type|interface) ${name}\\b`).test(text));
  if (untyped.length === 0) return;
  throw new Error(`${path}: add "export type ${untyped[0]} = Static<typeof ${untyped[0]}>" beside the schema`);
}

function render(source: string, names: readonly string[], compiled: string): string {
  const imports: string[] = [];
  // Ajv writes CommonJS requires even for ESM. Node hands a CommonJS module over as the default import and Vitest
  // unwraps its `default` first, so the code has to take either.
  const code = compiled
    .replace(/^"use strict";/, "")
    .replace(/export const (validate\w+) = (validate\d+);/g, "const typed_$1 = $2;")
    .replace(/require\("([^"]+)"\)(\.default)?/g, (_, specifier: string, isDefault?: string) => {
      const name = `runtime${imports.length}`;
      imports.push(`import ${name} from "${specifier}.js";`);
      return isDefault === undefined ? name : `(${name}.default ?? ${name})`;
    });
  return [
    "// @ts-nocheck",
    `// generated from ./${source} by dev/generate-validators.ts`,
    'import type { ErrorObject } from "ajv";',
    `import type { ${names.join(", ")} } from "./${source}";`,
    ...imports,
    "interface Validate<T> { (data: unknown): data is T; errors?: ErrorObject[] | null }",
    code,
    ...names.map((name) => `export const validate${name}: Validate<${name}> = typed_validate${name};`),
    "",
  ].join("\n");
}

function renderSchema([name, schema]: readonly [string, unknown]): string {
  return `export const schemaOf${name} = ${JSON.stringify(schema)};\n`;
}

/** Unchanged files keep their time stamp, and a reader never sees half a file. */
function writeIfChanged(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, path);
}
