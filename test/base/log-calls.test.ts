import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const CALL = /\b[Ll]og(?:\(\))?\??\.(?:debug|info|warn|error)\(\s*(.)/g;

/** The one place that is handed its message; its callers give texts. */
const HANDED_ON = ["src/orchestrator/outside-view.ts: parts.log.warn(message"];

it("every message of the log is a fixed text: what varies is a field", () => {
  const found = sources("src").flatMap((path) => {
    const text = readFileSync(path, "utf8");
    return [...text.matchAll(CALL)].flatMap((call) => {
      const line = text.slice(0, call.index).split("\n").length;
      const written = text.split("\n")[line - 1]?.trim() ?? "";
      const isHandedOn = HANDED_ON.some((place) => `${path}: ${written}`.startsWith(place));
      return call[1] === '"' || isHandedOn ? [] : [`${path}:${line} ${written}`];
    });
  });
  expect(found).toEqual([]);
});

it("the search above finds what it is for", () => {
  expect([..."this.#log.warn(`run ${n}`); parts.log.info(\n  text)".matchAll(CALL)].map((call) => call[1])).toEqual([
    "`",
    "t",
  ]);
});

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sources(path) : path.endsWith(".ts") && !path.endsWith(".gen.ts") ? [path] : [];
  });
}
