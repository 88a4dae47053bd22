import { PLUGIN_API_VERSION } from "../contracts/plugin.ts";

/** Why a plugin written for this range of the plugin API cannot be used here; `null` when it can. `^1.2` is 1.2 and later minors, `1.2` only itself. */
export function checkApiRange(range: string): string | null {
  const [major, minor] = parse(range.replace(/^\^/, ""));
  const [ourMajor, ourMinor] = parse(PLUGIN_API_VERSION);
  const fits = range.startsWith("^")
    ? major === ourMajor && minor <= ourMinor
    : major === ourMajor && minor === ourMinor;
  if (fits) return null;
  const mend = major > ourMajor || minor > ourMinor ? "update Maestro" : "ask its author for a newer version";
  return `was written for plugin API ${range}, this is ${PLUGIN_API_VERSION}; ${mend}`;
}

function parse(version: string): readonly [number, number] {
  const [major = "", minor = ""] = version.split(".");
  return [Number(major), Number(minor)];
}
