import { cp, lstat, mkdtemp, readlink, realpath, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { MaestroError } from "../base/errors.ts";
import { makeFolder } from "../base/folder.ts";
import { exists } from "../base/presence.ts";
import { isInside } from "./contained.ts";
import { filesBelow } from "./content-hash.ts";
import type { Source } from "./source.ts";

/** Something that was fetched, in a folder of its own. */
export interface Fetched {
  /** The wanted folder. */
  readonly directory: string;
  /** The commit; `null` for a folder. */
  readonly sha: string | null;
  /** Removes it again. */
  dispose(): Promise<void>;
}

/** How long one fetch may take, milliseconds: a plugin is small, and a person waits. */
const FETCH_DEADLINE_MS = 120_000;
/** No hooks, no submodules, no programs of the fetched repository. */
const SAFE = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "submodule.recurse=false"];

/**
 * Copies or clones a source into a folder below `staging`. Links that lead out of it are refused. Throws `fetch_failed`, `bad_source`,
 * `link_escapes`, `too_many_files`, `aborted`.
 */
export async function fetchSource(source: Source, staging: string, signal: AbortSignal): Promise<Fetched> {
  await makeFolder(staging, 0o700);
  const root = await mkdtemp(join(staging, "fetch-"));
  const dispose = (): Promise<void> => rm(root, { recursive: true, force: true });
  try {
    // A skill's name has to be its folder's, so the copy is named as the source is.
    const content = join(root, nameOf(source));
    const sha = source.kind === "git" ? await clone(source, content, signal) : await copy(source.path, content);
    const wanted = source.kind === "git" && source.subfolder !== null ? join(content, source.subfolder) : content;
    if (!(await exists(wanted))) throw noFolder(source);
    const directory = await realpath(wanted);
    if (!isInside(await realpath(content), directory)) throw noFolder(source);
    await refuseEscapes(directory);
    return { directory, sha, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Copies everything below a folder but Git's own one. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await makeFolder(dirname(to));
  await cp(from, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.slice(from.length).split("/").includes(".git"),
  });
}

function nameOf(source: Source): string {
  const place = source.kind === "folder" ? source.path : source.url.replace(/\/+$/, "").replace(/\.git$/, "");
  return basename(place.replace(/^.*:/, "")) || "source";
}

async function copy(from: string, to: string): Promise<null> {
  // A folder by mistake, such as somebody's home, is told before it is copied.
  await filesBelow(from);
  await copyFolder(from, to);
  return null;
}

async function clone({ url, ref }: Extract<Source, { kind: "git" }>, to: string, signal: AbortSignal): Promise<string> {
  const git = async (...args: readonly string[]): Promise<string> => {
    const result = await execa("git", [...SAFE, ...args], {
      cwd: to,
      env: { GIT_TERMINAL_PROMPT: "0", GIT_ALLOW_PROTOCOL: "file:git:http:https:ssh", GIT_LFS_SKIP_SMUDGE: "1" },
      cancelSignal: signal,
      timeout: FETCH_DEADLINE_MS,
      stdin: "ignore",
      reject: false,
    });
    if (!result.failed) return result.stdout;
    signal.throwIfAborted();
    throw new MaestroError({
      code: "fetch_failed",
      message: `${withoutLogin(url)} could not be fetched: ${withoutLogin(lastLine(result.stderr || (result.shortMessage ?? "")))}`,
      retryable: true,
      hint: "Check the address and your access with `git ls-remote`.",
    });
  };
  await makeFolder(to);
  await git("init", "--quiet");
  await git("fetch", "--quiet", "--depth", "1", "--no-tags", "--", url, ref ?? "HEAD");
  await git("checkout", "--quiet", "--detach", "FETCH_HEAD");
  return (await git("rev-parse", "HEAD")).trim();
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

/** An address as it may be shown. */
export function withoutLogin(text: string): string {
  return text.replace(/(https?:\/\/)[^/@\s]+@/g, "$1");
}

function noFolder(source: Source): MaestroError {
  const name = source.kind === "git" ? (source.subfolder ?? "") : source.path;
  return new MaestroError({ code: "bad_source", message: `There is no folder "${name}" in this source.` });
}

async function refuseEscapes(directory: string): Promise<void> {
  for (const file of await filesBelow(directory)) {
    const path = join(directory, file);
    if (!(await lstat(path)).isSymbolicLink()) continue;
    const target = resolve(dirname(path), await readlink(path));
    const real = await realpath(path).catch(() => target);
    if (isInside(directory, target) && isInside(directory, real)) continue;
    throw new MaestroError({
      code: "link_escapes",
      message: `The link ${file} leads out of its folder, so nothing of it is installed.`,
      facts: { file },
    });
  }
}
