import { readFileSync } from "node:fs";
import { MaestroError } from "./base/errors.ts";
import { packagePath } from "./base/package-path.ts";

/** The version in package.json. Throws `internal` when it states none. */
export function packageVersion(): string {
  const text = readFileSync(packagePath("package.json"), "utf8");
  const found = /"version":\s*"([^"]+)"/.exec(text)?.[1];
  if (found !== undefined) return found;
  throw new MaestroError({ code: "internal", message: "package.json states no version." });
}
