import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MaestroError } from "./base/errors.ts";

/** The version in package.json, which lies beside both the sources and the built files. Throws `internal` when it states none. */
export function packageVersion(): string {
  const text = readFileSync(fileURLToPath(new URL("../package.json", import.meta.url)), "utf8");
  const found = /"version":\s*"([^"]+)"/.exec(text)?.[1];
  if (found !== undefined) return found;
  throw new MaestroError({ code: "internal", message: "package.json states no version." });
}
