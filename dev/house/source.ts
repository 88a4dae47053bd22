import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { listEmptyFolders, listFiles } from "../files.ts";
import { type Comment, mask } from "./mask.ts";

export interface Breach {
  file: string;
  line: number;
  rule: string;
  message: string;
}

export interface Import {
  line: number;
  specifier: string;
  /** Path from the root for a relative import, undefined for a package. */
  path: string | undefined;
  typeOnly: boolean;
}

export interface Source {
  /** From the root, with `/`. */
  path: string;
  text: string;
  /** `text` without comments and the insides of literals, see mask.ts. */
  code: string;
  comments: Comment[];
  imports: Import[];
  lines: number;
}

export interface Tree {
  root: string;
  files: string[];
  emptyFolders: string[];
  sources: Source[];
}

const SCANNED = ["src", "dev", "test"];

export function readTree(root: string): Tree {
  const files = SCANNED.flatMap((folder) => listFiles(join(root, folder)).map((file) => `${folder}/${file}`));
  const emptyFolders = SCANNED.flatMap((folder) =>
    listEmptyFolders(join(root, folder)).map((empty) => posix.join(folder, empty)),
  );
  const written = files.filter((file) => /\.tsx?$/.test(file) && !/\.gen\.ts$/.test(file));
  return { root, files, emptyFolders, sources: written.map((path) => readSource(root, path)) };
}

function readSource(root: string, path: string): Source {
  const text = readFileSync(join(root, path), "utf8");
  const { code, comments } = mask(text);
  return {
    path,
    text,
    code,
    comments,
    imports: findImports(path, text, code),
    lines: text.trimEnd().split("\n").length,
  };
}

export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

const IMPORTS = [
  /^[ \t]*import\s+(?<type>type\s)?(?:[^"';()]*?\bfrom\s*)?(?=["'])/gm,
  /^[ \t]*export\s+(?<type>type\s)?(?:\*|\{[^}]*\})[^"';]*?\bfrom\s*(?=["'])/gm,
  /\b(?:import|require)\s*\(\s*(?=["'])/g,
];

function findImports(path: string, text: string, code: string): Import[] {
  return IMPORTS.flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => {
      const start = match.index + match[0].length + 1;
      const specifier = text.slice(start, code.indexOf(code.charAt(start - 1), start));
      const relative = specifier.startsWith(".");
      return {
        line: lineAt(code, start),
        specifier,
        path: relative ? posix.join(posix.dirname(path), specifier) : undefined,
        typeOnly: match.groups?.type !== undefined,
      };
    }),
  );
}
