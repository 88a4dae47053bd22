import { realpathSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { systemCode, toMaestroError } from "../base/errors.ts";
import { shortHash, slug } from "../base/ids.ts";
import { packagedFolder } from "./packaged.ts";

/**
 * A workflow's id, `<folder>-<8 hex>`: the project's folder for people, the hash of the file's real path for machines. `directory` is the
 * project when it is not the file's folder; a packaged template is then told by its alias, which no update of the package moves. Throws
 * `file_read_failed` when the path cannot be followed; a path that is not there yet is fine.
 */
export function workflowIdOf(path: string, directory?: string): string {
  const file = realPath(resolve(path));
  const folder = directory === undefined ? dirname(file) : realPath(resolve(directory));
  return `${slug(basename(folder))}-${shortHash(nameOf(file, folder), 8)}`;
}

function nameOf(file: string, folder: string): string {
  if (folder === dirname(file)) return file;
  const inPackage = relative(realPath(packagedFolder("templates")), file);
  return `${folder}\n${inPackage.startsWith("..") ? file : `template ${inPackage}`}`;
}

/** Where everything of one workflow is kept: `<MAESTRO_HOME>/projects/<id>`. */
export function stateDirectoryOf(home: string, id: string): string {
  return join(home, "projects", id);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return path;
    throw toMaestroError(error, "file_read_failed");
  }
}
