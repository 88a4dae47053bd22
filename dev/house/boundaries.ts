import {
  ADAPTER,
  AXES,
  BEHIND_RUNTIME,
  FACES,
  LAYERS,
  type Layer,
  OPEN_UNITS,
  RUNTIME_ONLY,
  SIBLINGS,
} from "./layers.ts";
import type { Breach, Import, Source, Tree } from "./source.ts";

const SCHEMA_FILE = /(^|\/)(schema\.ts|schema\/[^/]+\.ts)$/;

export function checkBoundaries({ sources }: Tree): Breach[] {
  return sources.flatMap((source) => {
    if (source.path.startsWith("dev/fakes/")) return checkFake(source);
    return source.path.startsWith("src/") ? checkProduct(source) : [];
  });
}

/** Fakes are written from the outside system's documents; what they shared with us they could not catch us at. */
function checkFake(source: Source): Breach[] {
  return source.imports
    .filter(({ path }) => path?.startsWith("src/"))
    .map((found) => breach(source, found, "fakes", `a fake imports the product (${found.specifier})`));
}

function checkProduct(source: Source): Breach[] {
  const unit = unitOf(source.path);
  const layer = layerOf(unit);
  if (layer === undefined) {
    return [{ file: source.path, line: 1, rule: "folders", message: `"${unit}" is no folder of the design` }];
  }
  return source.imports.flatMap((found) =>
    found.path === undefined
      ? checkPackage(source, unit, layer, found)
      : checkInner(source, unit, layer, found, found.path),
  );
}

function checkPackage(source: Source, unit: string, layer: Layer, found: Import): Breach[] {
  const { specifier } = found;
  const isSchema = SCHEMA_FILE.test(source.path);
  if (isPackage(specifier, "typebox") && isSchema) return [];
  if (isPackage(specifier, "typebox")) {
    return [breach(source, found, "schemas", "typebox is not installed with Maestro; it belongs into schema.ts")];
  }
  if (isPackage(specifier, "preact") && unit !== "dashboard") {
    return [breach(source, found, "schemas", "preact is not installed with Maestro; only the dashboard bundles it")];
  }
  if (layer.pure) return [breach(source, found, "imports", `${unit} may not import the package ${specifier}`)];
  const isRuntimeOnly = RUNTIME_ONLY.includes(unit.split("/")[0] ?? "");
  if (!isRuntimeOnly || !BEHIND_RUNTIME.test(specifier)) return [];
  return [breach(source, found, "runtime", `${unit} reaches files and processes only through its runtime`)];
}

function checkInner(source: Source, unit: string, layer: Layer, found: Import, path: string): Breach[] {
  if (!path.startsWith("src/")) {
    const isData = path.endsWith(".json") && !/^(dev|test)\//.test(path);
    return isData ? [] : [breach(source, found, "imports", `nothing in src imports ${path}`)];
  }
  if (SCHEMA_FILE.test(path) && !path.endsWith(".gen.ts") && !SCHEMA_FILE.test(source.path) && !found.typeOnly) {
    return [breach(source, found, "schemas", "a schema is imported as a type; its validator is in schema.gen.ts")];
  }
  const target = unitOf(path);
  if (target === unit) return [];
  if (!mayImport(unit, layer, path)) return [breach(source, found, "imports", `${unit} may not import ${target}`)];
  if (layer.typesOnly?.includes(target) && !found.typeOnly) {
    return [breach(source, found, "imports", `${unit} may import only types of ${target}`)];
  }
  if (isFace(unit, target, path)) return [];
  return [breach(source, found, "inner-file", `${path} is inside ${target}; import its index.ts`)];
}

function mayImport(unit: string, layer: Layer, path: string): boolean {
  if (unit === "app") return true;
  const allowed = [...layer.may, ...SIBLINGS.filter(({ from }) => from === unit).map(({ to }) => to)];
  return allowed.some((name) => (name.includes("/") ? isBelow(path, name) : unitOf(path) === name));
}

function isFace(unit: string, target: string, path: string): boolean {
  if (OPEN_UNITS.includes(target) || target === "app" || path === `src/${target}/index.ts`) return true;
  return FACES.some((face) => face.importers.includes(unit) && isBelow(path, face.path));
}

/** `orchestrator/commands` names the file commands.ts as well as a folder of that name. */
function isBelow(path: string, name: string): boolean {
  return path === `src/${name}` || path === `src/${name}.ts` || path.startsWith(`src/${name}/`);
}

/** The part of src that a file belongs to: a folder, one adapter, or a file of the composition. */
export function unitOf(path: string): string {
  const [, folder = "", ...rest] = path.split("/");
  if (rest.length === 0) return /^app(-[a-z0-9-]+)?\.ts$/.test(folder) ? "app" : folder.replace(/\.ts$/, "");
  return AXES.includes(folder) && rest.length > 1 ? `${folder}/${rest[0]}` : folder;
}

function layerOf(unit: string): Layer | undefined {
  if (unit === "app") return { may: [] };
  return AXES.includes(unit.split("/")[0] ?? "") && unit.includes("/") ? ADAPTER : LAYERS[unit];
}

function isPackage(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(`${name}/`);
}

function breach(source: Source, found: Import, rule: string, message: string): Breach {
  return { file: source.path, line: found.line, rule, message };
}
