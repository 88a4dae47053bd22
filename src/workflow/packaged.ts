import { fileURLToPath } from "node:url";

/** A folder that comes with the package. Sources and built files lie equally deep, so one relative path serves both. */
export function packagedFolder(name: "profiles" | "templates"): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}
