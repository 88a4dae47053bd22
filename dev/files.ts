import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";

const SKIPPED = new Set(["node_modules", ".git", "dist"]);

/** Every file below `root`, as sorted paths with `/`, relative to `root`; a missing root has no files. */
export function listFiles(root: string): string[] {
  return walk(root)
    .filter((entry) => entry.kind === "file")
    .map((entry) => relative(root, entry.path).split(sep).join("/"))
    .sort();
}

/** Folders below `root` that hold nothing at all; Git cannot keep them, so they exist on one machine only. */
export function listEmptyFolders(root: string): string[] {
  return walk(root)
    .filter((entry) => entry.kind === "empty")
    .map((entry) => relative(root, entry.path).split(sep).join("/"))
    .sort();
}

interface Entry {
  kind: "file" | "empty";
  path: string;
}

function walk(folder: string): Entry[] {
  const children = readFolder(folder);
  if (children === undefined) return [];
  if (children.length === 0) return [{ kind: "empty", path: folder }];
  return children.flatMap((child) => {
    const path = join(folder, child.name);
    if (!child.isDirectory()) return [{ kind: "file" as const, path }];
    return SKIPPED.has(child.name) ? [] : walk(path);
  });
}

function readFolder(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    // Others may remove a folder while we walk, and a root may not exist yet; any other error is a surprise.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
