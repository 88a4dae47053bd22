import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { knownPluginApi, type PluginApiTypes, pluginApiTypes, refusal } from "../../dev/plugins/api-types.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "maestro-api-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

describe("the types of the plugin API", () => {
  it("are those on record for their version (raise the minor, then npm run schema)", () => {
    const now = pluginApiTypes();
    expect(refusal(knownPluginApi(), now)).toBeNull();
    expect(knownPluginApi()).toEqual(now);
    expect(Object.keys(now.modules)).toEqual(
      expect.arrayContaining([
        "contracts/plugin.d.ts",
        "contracts/tracker.d.ts",
        "model/issue.d.ts",
        "base/errors.d.ts",
      ]),
    );
  }, 60_000);

  it("have a fingerprint that a member changes and a comment does not, wherever it is reached", () => {
    const root = folder();
    const types = (inner: string, deeper = ""): PluginApiTypes => {
      writeFileSync(join(root, "n.ts"), deeper);
      writeFileSync(join(root, "inner.ts"), inner);
      writeFileSync(
        join(root, "api.ts"),
        'import type { Inner } from "./inner.ts";\nexport interface Api { inner: Inner }\n',
      );
      return pluginApiTypes(join(root, "api.ts"), root);
    };
    const first = types("export interface Inner { name: string }\n");
    expect(types("/** New words. */\nexport interface Inner { name: string }\n").sha256).toBe(first.sha256);
    expect(types("export interface Inner { name: string }\nexport interface Other { mood: string }\n").sha256).toBe(
      first.sha256,
    );
    const below = types(
      'import type { N } from "./n.ts";\nexport interface Inner { name: N }\n',
      "export type N = string;\n",
    );
    const further = types(
      'import type { N } from "./n.ts";\nexport interface Inner { name: N }\n',
      "export type N = 1;\n",
    );
    expect(refusal(below, further)).toContain("(n.d.ts)");
    const wider = types("export interface Inner { name: string; more?: number }\n");
    expect(refusal(first, wider)).toContain("(inner.d.ts): raise the minor");
    expect(refusal(first, { ...wider, version: "1.1" })).toBeNull();
    expect(refusal(null, wider)).toBeNull();
  }, 60_000);
});

describe("an author of a plugin", () => {
  const good = `import type { PluginApi, PluginModule } from "maestro/plugin";
export function activate(api: PluginApi): void {
  api.tool({
    name: "hello", description: "Greets.", mutates: false, inputSchema: { type: "object" },
    call: async (_args, { issue }) => ({ ok: true, code: "ok", text: issue.identifier }),
  });
}
export const module: PluginModule = { activate };
`;

  /** Compiles as somebody does who has installed the package. */
  function compile(text: string): string {
    const root = folder();
    mkdirSync(join(root, "node_modules"));
    symlinkSync(resolve("."), join(root, "node_modules", "maestro"));
    writeFileSync(join(root, "index.ts"), text);
    const options = { module: "nodenext", target: "es2023", strict: true, noEmit: true, types: [] };
    writeFileSync(join(root, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["index.ts"] }));
    try {
      return execFileSync(resolve("node_modules/.bin/tsc"), ["-p", root], { encoding: "utf8", stdio: "pipe" });
    } catch (error) {
      return String(Object(error).stdout);
    }
  }

  it("has types for the code and is told what does not fit them", () => {
    expect(compile(good)).toBe("");
    expect(compile(good.replace("mutates: false, ", ""))).toMatch(/index\.ts\(\d+,\d+\): error .*mutates/s);
  }, 60_000);
});
