import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MaestroError } from "./errors.ts";

let root: string | undefined;

/**
 * The absolute path of something that comes with the package, e.g. `templates`; found from this module upwards, because sources and
 * built files lie in different depths. Throws `internal` when this module lies in no package.
 */
export function packagePath(path: string): string {
  root ??= packageRoot(dirname(fileURLToPath(import.meta.url)));
  return join(root, path);
}

function packageRoot(folder: string): string {
  if (existsSync(join(folder, "package.json"))) return folder;
  const above = dirname(folder);
  if (above !== folder) return packageRoot(above);
  throw new MaestroError({ code: "internal", message: "Maestro's own package.json is missing." });
}
