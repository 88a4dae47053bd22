import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { checkHouse } from "../../dev/house/check.ts";

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

type Files = Record<string, string>;

/** What the check says about a tree, as `file:line rule`. */
function breachesIn(files: Files, folders: string[] = []): string[] {
  const root = mkdtempSync(join(tmpdir(), "house-"));
  roots.push(root);
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return checkHouse(root).breaches.map(({ file, line, rule }) => `${file}:${line} ${rule}`);
}

const lines = (count: number) => "const x = 1;\n".repeat(count);
const block = (head: string, count: number) => `${head} {\n${lines(count - 2)}}`;
const A = "export const a = 1;\n";

const ADAPTER: Files = Object.fromEntries(
  ["index.ts", "client.ts", "schema.ts", "map.ts", "options.ts", "README.md"].map((part) => [part, ""]),
);
const adapter = (folder: string): Files =>
  Object.fromEntries(Object.entries(ADAPTER).map(([part, text]) => [`${folder}/${part}`, text]));

const BREACHES: [name: string, files: Files, breach: string][] = [
  ["an upward import", { "src/base/x.ts": 'import { a } from "../model/y.ts";' }, "src/base/x.ts:1 imports"],
  [
    "an upward import of a type",
    { "src/base/x.ts": 'import type { A } from "../model/y.ts";' },
    "src/base/x.ts:1 imports",
  ],
  ["an upward re-export", { "src/base/x.ts": 'export { a } from "../model/y.ts";' }, "src/base/x.ts:1 imports"],
  ["an upward lazy import", { "src/base/x.ts": '\nimport("../model/y.ts");' }, "src/base/x.ts:2 imports"],
  [
    "an upward import over lines",
    { "src/base/x.ts": 'import {\n  a,\n} from "../model/y.ts";' },
    "src/base/x.ts:3 imports",
  ],
  ["a sibling adapter", { "src/runtimes/a/index.ts": 'import "../b/index.ts";' }, "src/runtimes/a/index.ts:1 imports"],
  ["a sibling that is not listed", { "src/git/x.ts": 'import "../record/index.ts";' }, "src/git/x.ts:1 imports"],
  [
    "an adapter outside the composition",
    { "src/runs/x.ts": 'import "../agents/a/index.ts";' },
    "src/runs/x.ts:1 imports",
  ],
  ["composition in a command", { "src/cli/x.ts": 'import "../app.ts";' }, "src/cli/x.ts:1 imports"],
  [
    "the orchestrator with a process",
    { "src/orchestrator/x.ts": 'import "../git/index.ts";' },
    "src/orchestrator/x.ts:1 imports",
  ],
  [
    "a page that imports the orchestrator",
    { "src/http/x.ts": 'import "../orchestrator/index.ts";' },
    "src/http/x.ts:1 imports",
  ],
  [
    "a page that imports code of the model",
    { "src/http/x.ts": 'import { a } from "../model/y.ts";' },
    "src/http/x.ts:1 imports",
  ],
  [
    "code of the service in a browser",
    { "src/dashboard/x.ts": 'import { a } from "../base/y.ts";' },
    "src/dashboard/x.ts:1 imports",
  ],
  ["a test in the product", { "src/base/x.ts": 'import "../../test/y.ts";' }, "src/base/x.ts:1 imports"],
  ["a package in a decision", { "src/policy/x.ts": 'import yaml from "yaml";' }, "src/policy/x.ts:1 imports"],
  ["the product in a fake", { "dev/fakes/x.ts": 'import "../../src/base/y.ts";' }, "dev/fakes/x.ts:1 fakes"],
  ["another folder's inner file", { "src/runs/x.ts": 'import "../record/log.ts";' }, "src/runs/x.ts:1 inner-file"],
  ["a folder nobody planned", { "src/stuff/x.ts": A }, "src/stuff/x.ts:1 folders"],
  ["a file beside the adapters", { "src/trackers/x.ts": A }, "src/trackers/x.ts:1 folders"],
  ["a cycle", { "src/base/x.ts": 'import "./y.ts";', "src/base/y.ts": '\nimport "./x.ts";' }, "src/base/y.ts:2 cycles"],
  ["files without a runtime", { "src/git/x.ts": 'import fs from "node:fs";' }, "src/git/x.ts:1 runtime"],
  ["processes without a runtime", { "src/runs/x.ts": 'import { execa } from "execa";' }, "src/runs/x.ts:1 runtime"],
  ["the schema library at run time", { "src/base/x.ts": 'import { Type } from "typebox";' }, "src/base/x.ts:1 schemas"],
  ["a schema at run time", { "src/workflow/x.ts": 'import { S } from "./schema.ts";' }, "src/workflow/x.ts:1 schemas"],
  ["a clock in a decision", { "src/policy/x.ts": "\nconst now = Date.now();" }, "src/policy/x.ts:2 purity"],
  ["waiting in a decision", { "src/policy/x.ts": "export async function decide() {}" }, "src/policy/x.ts:1 purity"],
  ["chance in a decision", { "src/policy/x.ts": "const x = Math.random();" }, "src/policy/x.ts:1 purity"],
  ["a large file", { "src/base/x.ts": lines(301) }, "src/base/x.ts:1 file-size"],
  ["a huge file", { "test/x.test.ts": lines(501) }, "test/x.test.ts:1 file-limit"],
  ["a long function", { "src/base/x.ts": block("function f()", 51) }, "src/base/x.ts:1 function-size"],
  [
    "a long method",
    { "src/base/x.ts": `class A {\n${block("  m(a: { b: string }): Promise<{ c: A[] } | A>", 51)}\n}` },
    "src/base/x.ts:2 function-size",
  ],
  [
    "a long arrow function",
    { "src/base/x.ts": block("const f = (a: A): a is B =>", 51) },
    "src/base/x.ts:1 function-size",
  ],
  ["a long callback", { "dev/x.ts": `run("x", ${block("async () =>", 51)})` }, "dev/x.ts:1 function-size"],
  ["a long function of a test", { "test/x.test.ts": block("function f()", 51) }, "test/x.test.ts:1 function-size"],
  ["a default export", { "src/base/x.ts": "export default 1;" }, "src/base/x.ts:1 default-export"],
  ["any", { "src/base/x.ts": "let x: Map<string, any>;" }, "src/base/x.ts:1 any"],
  ["a suppressed error", { "src/base/x.ts": "// @ts-ignore\nf();" }, "src/base/x.ts:1 suppression"],
  ["a swallowed error", { "src/base/x.ts": "try { f(); } catch {}" }, "src/base/x.ts:1 empty-catch"],
  ["a swallowed rejection", { "src/base/x.ts": "p.catch(() => {});" }, "src/base/x.ts:1 empty-catch"],
  ["a cast", { "src/base/x.ts": "const x = y as string;" }, "src/base/x.ts:1 cast"],
  ["a vague class", { "src/base/x.ts": "class LaneManager {}" }, "src/base/x.ts:1 vague-name"],
  ["a vague function", { "dev/x.ts": "function onHandler() {}" }, "dev/x.ts:1 vague-name"],
  ["a vague file", { "src/base/path-utils.ts": A }, "src/base/path-utils.ts:1 vague-name"],
  ["a file that is not kebab-case", { "src/base/laneKey.ts": A }, "src/base/laneKey.ts:1 file-name"],
  [
    "an incomplete adapter",
    {
      "src/runtimes/a/index.ts": A,
      "src/forges/a/index.ts": A,
      ...without(adapter("src/forges/a"), "src/forges/a/map.ts"),
    },
    "src/forges/a:1 adapter",
  ],
  [
    "an adapter nobody registers",
    { ...adapter("src/agents/a"), "src/app.ts": "export const AGENTS = {};" },
    "src/agents/a:1 registry",
  ],
  ["a registered kind without adapter", { "src/app.ts": "\nexport const TRACKERS = { a };" }, "src/app.ts:2 registry"],
];

function without(files: Files, path: string): Files {
  return Object.fromEntries(Object.entries(files).filter(([name]) => name !== path));
}

const CLEAN: [name: string, files: Files][] = [
  [
    "downward imports",
    { "src/contracts/x.ts": 'import { a } from "../model/y.ts";\nimport type { B } from "../base/z.ts";' },
  ],
  ["a listed sibling", { "src/workspace/x.ts": 'import { git } from "../git/index.ts";' }],
  ["the commands of the orchestrator", { "src/tui/x.ts": 'import { stop } from "../orchestrator/commands/stop.ts";' }],
  [
    "types of the model on a page",
    { "src/dashboard/x.tsx": 'import type { A } from "../model/y.ts";\nimport { h } from "preact";' },
  ],
  [
    "composition",
    {
      "src/app-agents.ts": 'import type { App } from "./cli/app.ts";\nimport("./git/index.ts");',
      "src/main.ts": 'import "./app.ts";',
    },
  ],
  [
    "a schema and its validator",
    {
      "src/workflow/schema.ts": 'import { Type } from "typebox";',
      "src/workflow/x.ts": 'import type { A } from "./schema.ts";\nimport { validateA } from "./schema.gen.ts";',
    },
  ],
  [
    "imports in comments and strings",
    {
      "src/base/x.ts":
        '// import "../model/y.ts";\nconst s = `import "../model/y.ts"`;\nconst t = \'import("../model/y.ts")\';',
    },
  ],
  [
    "words that only look impure",
    {
      "src/policy/x.ts":
        "// async Date\nexport const f = (a: A) => a.process.Date;\ninterface A { process: B; fetch: string; Date: string }",
    },
  ],
  ["functions at the limit", { "src/base/x.ts": `${block("function f()", 50)}\n${block("const g = () =>", 50)}` }],
  [
    "long objects and loops",
    { "src/base/x.ts": `${block("for (const x of y)", 60)}\nconst x = a ? (b) : {\n${"k: 1,\n".repeat(60)}};` },
  ],
  [
    "the chapters of a test",
    { "test/x.test.ts": `${block('describe("x", () =>', 60)});\n${block('it.each([1])("x", async (n) =>', 60)});` },
  ],
  [
    "harmless as and any",
    {
      "src/base/x.ts":
        'import { a as b, type C as D } from "./y.ts";\nimport * as e from "./z.ts";\nexport { b as f } from "./y.ts";\nconst x = [1] as const;\nconst s = AbortSignal.any([]); // as any\nconst any = 1;\nf(any, any);\ntype G = { [K in D as string]: K };',
    },
  ],
  ["a cast where foreign shapes become ours", { "src/record/map.ts": "const x = y as string;" }],
  ["an ignored error with its reason", { "src/base/x.ts": "try { f(); } catch {\n  // already gone\n}" }],
  [
    "regular expressions, templates and JSX",
    {
      "src/dashboard/x.tsx":
        'import { h } from "preact";\nconst r = /["`{]/g;\nconst t = `a ${b ? `{${c}` : "}"} {`;\nconst p = <p>a</p>;\nconst q = d / e / f;',
    },
  ],
  [
    "registered adapters",
    {
      ...adapter("src/agents/claude-code"),
      ...adapter("src/agents/mock"),
      "src/app.ts":
        'export const AGENTS: Lazy<Agent> = {\n  "mock": () => import("./agents/mock/index.ts"),\n  claude_code: ({ a, b }) => ({ a, b }),\n} satisfies X;\nexport const TRACKERS = {};',
    },
  ],
  ["the word for the running Maestro", { "src/model/service.ts": "export const service = 1;" }],
];

describe("check-house", () => {
  it.each(BREACHES)("finds %s", (_, files, breach) => {
    expect(breachesIn(files)).toEqual([breach]);
  });

  it.each(CLEAN)("passes %s", (_, files) => {
    expect(breachesIn(files)).toEqual([]);
  });

  it("finds an empty folder", () => {
    expect(breachesIn({}, ["src/base/old"])).toEqual(["src/base/old:1 empty-folder"]);
  });
});

describe("exceptions", () => {
  const LIST = "dev/house/exceptions.json";
  const large = { rule: "file-size", file: "src/base/x.ts", reason: "a table" };
  const withList = (files: Files, ...list: object[]) => breachesIn({ ...files, [LIST]: JSON.stringify(list) });

  it("excuse a breach with a reason", () => {
    expect(withList({ "src/base/x.ts": lines(400) }, large)).toEqual([]);
    expect(withList({ "src/base/x.ts": lines(400) }, { ...large, reason: "" })).toEqual([`${LIST}:1 exceptions`]);
  });

  it("never excuse a file beyond the limit", () => {
    const beyond = withList({ "src/base/x.ts": lines(501) }, { ...large, rule: "file-limit" });
    expect(beyond).toEqual([`${LIST}:1 exceptions`, "src/base/x.ts:1 file-limit"]);
  });

  it("end when their breach does", () => {
    expect(withList({ "src/base/x.ts": A }, large)).toEqual([`${LIST}:1 exceptions`]);
  });

  it("are at most 15", () => {
    const names = Array.from({ length: 16 }, (_, index) => `src/base/x${index}.ts`);
    const files = Object.fromEntries(names.map((name) => [name, lines(400)]));
    expect(withList(files, ...names.map((file) => ({ ...large, file })))).toEqual([`${LIST}:1 exceptions`]);
  });
});
