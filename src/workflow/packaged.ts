import { packagePath } from "../base/package-path.ts";

/** A folder that comes with the package. Throws `internal` when it lies in none. */
export function packagedFolder(name: "docs/schema" | "profiles" | "templates"): string {
  return packagePath(name);
}
