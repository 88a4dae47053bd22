import { type Breach, lineAt, type Tree } from "./source.ts";

/** "service" alone is the house word for the running Maestro; as an ending it says nothing. */
const VAGUE = /(?:manager|helper|util|handler|(?<=.)service)s?$/i;
const DECLARED = /\b(?:class|interface|type|enum|function|const|let|var)\s+([A-Za-z_$][\w$]*)/g;
const KEBAB_FILE = /^[a-z0-9]+(?:[-.][a-z0-9]+)*\.tsx?$/;
const KEBAB_FOLDER = /^\.?[a-z0-9]+(?:-[a-z0-9]+)*$/;

export function checkNames({ sources, emptyFolders }: Tree): Breach[] {
  return [
    ...sources.flatMap(({ path, code }) => [...checkPath(path), ...checkDeclarations(path, code)]),
    ...emptyFolders.map((file) => ({ file, line: 1, rule: "empty-folder", message: "nothing is in it" })),
  ];
}

function checkPath(path: string): Breach[] {
  const folders = path.split("/");
  const file = folders.pop() ?? "";
  const breaches: Breach[] = [];
  if (!KEBAB_FILE.test(file) || folders.some((folder) => !KEBAB_FOLDER.test(folder))) {
    breaches.push({ file: path, line: 1, rule: "file-name", message: "files and folders are kebab-case" });
  }
  const vague = [...folders, file.split(".")[0] ?? ""].find((name) => VAGUE.test(name));
  if (vague !== undefined) {
    breaches.push({ file: path, line: 1, rule: "vague-name", message: `"${vague}" does not say what it is` });
  }
  return breaches;
}

function checkDeclarations(file: string, code: string): Breach[] {
  return [...code.matchAll(DECLARED)]
    .filter(({ 1: name = "" }) => VAGUE.test(name))
    .map(({ 1: name, index }) => ({
      file,
      line: lineAt(code, index),
      rule: "vague-name",
      message: `"${name}" does not say what it is`,
    }));
}
