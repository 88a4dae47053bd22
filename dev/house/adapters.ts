import { type Breach, lineAt, type Source, type Tree } from "./source.ts";

const PARTS = ["index.ts", "client.ts", "schema.ts", "map.ts", "options.ts", "README.md"];
/** The axes whose adapters speak to an outside system, with the list in app.ts that registers their kinds. */
const REGISTRIES: Readonly<Record<string, string>> = { trackers: "TRACKERS", forges: "FORGES", agents: "AGENTS" };

export function checkAdapters(tree: Tree): Breach[] {
  const composition = tree.sources.filter(({ path }) => /^src\/app(-[a-z0-9-]+)?\.ts$/.test(path));
  return Object.entries(REGISTRIES).flatMap(([axis, list]) => {
    const folders = listAdapters(tree, axis);
    const parts = folders.flatMap((kind) => checkParts(tree, `src/${axis}/${kind}`));
    return composition.length === 0 ? parts : [...parts, ...checkRegistry(composition, axis, list, folders)];
  });
}

function listAdapters({ files }: Tree, axis: string): string[] {
  const below = files.map((file) => file.split("/")).filter(([top, folder]) => top === "src" && folder === axis);
  return [...new Set(below.filter((parts) => parts.length > 3).map(([, , kind = ""]) => kind))];
}

function checkParts({ files }: Tree, folder: string): Breach[] {
  return PARTS.filter((part) => !files.includes(`${folder}/${part}`)).map((part) => ({
    file: folder,
    line: 1,
    rule: "adapter",
    message: `has no ${part}`,
  }));
}

function checkRegistry(composition: Source[], axis: string, list: string, folders: string[]): Breach[] {
  const registered = composition.flatMap((source) => findKinds(source, list));
  const lacking = folders.filter((folder) => !registered.some(({ kind }) => kind === folder));
  const dangling = registered.filter(({ kind, home }) => !folders.includes(home ?? kind));
  return [
    ...lacking.map((kind) => breach(`src/${axis}/${kind}`, 1, `is not in the list ${list} of app.ts`)),
    ...dangling.map(({ kind, file, line }) =>
      breach(file, line, `${list} names "${kind}": no folder src/${axis}/${kind}`),
    ),
  ];
}

/** The keys of `export const LIST = { memory: …, claude_code: … }`, as the names of their folders. */
function findKinds({ path: file, text, code }: Source, list: string) {
  const start = new RegExp(`\\bconst ${list}\\b[^{;]*=[^{;]*\\{`).exec(code);
  if (start === null) return [];
  const kinds: { kind: string; home: string | undefined; file: string; line: number }[] = [];
  let depth = 1;
  let expectsKey = true;
  const token = /[{}()[\],]|["'][^"']*["']|[\w$]+/g;
  token.lastIndex = start.index + start[0].length;
  for (let match = token.exec(code); match !== null && depth > 0; match = token.exec(code)) {
    const [word] = match;
    if ("{([".includes(word)) depth += 1;
    else if ("})]".includes(word)) depth -= 1;
    else if (word === ",") expectsKey = depth === 1;
    else if (depth === 1 && expectsKey) {
      const key = text.slice(match.index, match.index + word.length).replace(/["']/g, "");
      const home = homeAt(text, match.index);
      kinds.push({ kind: key.replaceAll("_", "-"), home, file, line: lineAt(code, match.index) });
    }
    if (word !== ",") expectsKey = false;
  }
  return kinds;
}

/** The folder that an entry is loaded from: several kinds may be presets of one adapter. */
function homeAt(text: string, at: number): string | undefined {
  const [entry = ""] = text.slice(at).split("\n");
  return /import\("\.\/[a-z]+\/([a-z0-9-]+)\/index\.ts"\)/.exec(entry)?.[1];
}

function breach(file: string, line: number, message: string): Breach {
  return { file, line, rule: "registry", message };
}
