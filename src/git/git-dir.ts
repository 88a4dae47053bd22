import { MaestroError } from "../base/errors.ts";
import { shortHash } from "../base/ids.ts";
import type { Runtime } from "../contracts/runtime.ts";

/**
 * Where the host's Git keeps things. The object store is the only part that an agent's `.git` names (as its alternate), so it lies apart: nothing that
 * the host reads as configuration stands in it, beside it or above it.
 */
export interface Layout {
  /** The one object store of the project, for the mirror, all lanes and (read-only, by alternates) the agents. */
  readonly objects: string;
  /** Git dir of the mirror: what the remote has, as `refs/remotes/origin/…`. */
  readonly mirror: string;
  /** Git dir in which content is stored as it is, whatever a tree's attributes say. */
  readonly raw: string;
  /** Folder of all lanes' git dirs. */
  readonly lanes: string;
  /** Git dir of a lane. Throws `git_unsafe_workspace` for a key that is no plain file name. */
  lane(key: string): string;
  /** Git dir of the host's own through which an agent's objects are fetched; made and removed per fetch. */
  shim(key: string): string;
  /** Folder of what the host notes about a clean checkout at this path. */
  checkout(path: string): string;
}

/** The layout below a state directory. Pure. */
export function layoutOf(stateDirectory: string): Layout {
  const git = `${stateDirectory}/git`;
  return {
    objects: `${stateDirectory}/mirror/objects`,
    mirror: `${git}/mirror.git`,
    raw: `${git}/raw.git`,
    lanes: `${git}/lanes`,
    lane: (key) => `${git}/lanes/${plainName(key)}.git`,
    shim: (key) => `${git}/shims/${plainName(key)}.git`,
    checkout: (path) => `${git}/checkouts/${shortHash(path)}`,
  };
}

/** Everything a git dir of the host says about itself. No remote, no filter, no driver, no include. */
export const HOST_CONFIG = `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = false
\tlogallrefupdates = false
\tcommitGraph = false
\tmultiPackIndex = false
[gc]
\tauto = 0
[maintenance]
\tauto = false
`;

/** Undoes whatever a tree's `.gitattributes` ask for, so that content is kept byte by byte and an archive leaves nothing out. */
const RAW_ATTRIBUTES = "* !text !eol !ident !filter !working-tree-encoding !export-ignore !export-subst !diff !merge\n";

/** Files that would send Git elsewhere or change what it sees. The host makes none of them. */
const FOREIGN = ["commondir", "config.worktree", "hooks", "shallow"];
const FOREIGN_INFO = ["grafts", "exclude"];

/**
 * Makes a git dir of the host, or puts it back to its constants when anything in it was altered. Nothing of it is forced to the disk: what a power failure
 * takes is put back at the next use.
 */
export async function sealGitDir(runtime: Runtime, gitDir: string, kind: "plain" | "raw" = "plain"): Promise<void> {
  await runtime.makeDirectory(`${gitDir}/refs`);
  await runtime.makeDirectory(`${gitDir}/info`);
  await ensureText(runtime, `${gitDir}/config`, HOST_CONFIG);
  if (kind === "raw") await ensureText(runtime, `${gitDir}/info/attributes`, RAW_ATTRIBUTES);
  await removeFrom(runtime, gitDir, FOREIGN);
  await removeFrom(runtime, `${gitDir}/info`, kind === "raw" ? FOREIGN_INFO : [...FOREIGN_INFO, "attributes"]);
  if (((await runtime.stat(`${gitDir}/HEAD`))?.size ?? 0) === 0) {
    await runtime.writeText(`${gitDir}/HEAD`, "ref: refs/heads/none\n", { durable: false });
  }
}

/** Makes the object store. An alternate in it is none of the host's, and would lend its objects to every lane. */
export async function sealObjects(runtime: Runtime, objects: string): Promise<void> {
  await runtime.makeDirectory(`${objects}/pack`);
  await runtime.makeDirectory(`${objects}/info`);
  await removeFrom(runtime, `${objects}/info`, ["alternates", "http-alternates"]);
}

/** Whatever its case, since some file systems make no difference. */
async function removeFrom(runtime: Runtime, folder: string, names: readonly string[]): Promise<void> {
  for (const { name } of await runtime.list(folder))
    if (names.includes(name.toLowerCase())) await runtime.remove(`${folder}/${name}`);
}

async function ensureText(runtime: Runtime, path: string, text: string): Promise<void> {
  const found = await runtime.stat(path);
  if (found?.kind === "file" && found.size === text.length && (await runtime.readText(path)) === text) return;
  if (found !== undefined) await runtime.remove(path);
  await runtime.writeText(path, text, { durable: false });
}

function plainName(key: string): string {
  if (/^[A-Za-z0-9._-]+$/.test(key) && !/^\.+$/.test(key)) return key;
  throw new MaestroError({
    code: "git_unsafe_workspace",
    message: `"${key}" is no workspace key.`,
    facts: { key },
  });
}
