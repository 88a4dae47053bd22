import { mkdtemp, rm, stat, statfs, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { formatBytes } from "../../base/duration.ts";
import { isMaestroError, MaestroError, messageOf, systemCode, toMaestroError } from "../../base/errors.ts";
import { makeFolder } from "../../base/folder.ts";
import { loadSqlite } from "../../base/sqlite-module.ts";
import { attempt, type Check, type DoctorPlace, fail, ok, type Section, warn } from "./check.ts";

/** Less than this is soon used up by a record, transcripts and workspaces. */
const COMFORTABLE_BYTES = 1024 ** 3;

/** Where everything lives that must survive a checkout. */
export const home: Section = {
  id: "home",
  title: "Where Maestro keeps things",
  checks: async ({ app, workflow }) => {
    const writable = await attempt("writable", () => requireWritable(app.home), MEND);
    const storage = await attempt("storage", requireSqlite);
    if (writable.status !== "ok") return [writable, storage];
    return [
      writable,
      storage,
      await checkMode(app.home),
      await checkSpace("space", app.home, COMFORTABLE_BYTES),
    ].concat(isMaestroError(workflow) ? [] : [await checkFloor(workflow)]);
  },
};

const MEND = "Make the folder writable, or name another one in MAESTRO_HOME.";

async function requireWritable(folder: string): Promise<string> {
  await makeFolder(folder);
  let trial: string | undefined;
  try {
    trial = await mkdtemp(join(folder, ".doctor-"));
    await writeFile(join(trial, "file"), "Maestro can write here.\n", { flush: true });
  } catch (error) {
    const known = toMaestroError(error, "folder_failed");
    if (known.code === "disk_full") throw known;
    const message = `${folder} cannot be written to: ${messageOf(error)}`;
    throw new MaestroError({ code: "folder_failed", message, hint: MEND, cause: error });
  } finally {
    if (trial !== undefined) await rm(trial, { recursive: true, force: true });
  }
  return `${folder} can be written to`;
}

async function requireSqlite(): Promise<string> {
  const Database = await loadSqlite();
  const database = new Database(":memory:");
  try {
    database.exec("CREATE TABLE trial (id INTEGER PRIMARY KEY)");
  } finally {
    database.close();
  }
  return "SQLite works";
}

async function checkMode(folder: string): Promise<Check> {
  const { mode } = await stat(folder);
  const others = mode & 0o022;
  if (others === 0) return ok("mode", "nobody else can write there");
  return warn("mode", "other users can write there", `chmod go-w ${folder}`);
}

/** Below this floor a service starts nothing. */
async function checkFloor({ workspace }: Exclude<DoctorPlace["workflow"], MaestroError>): Promise<Check> {
  const { root, minFreeBytes } = workspace;
  const free = await freeBytes(root);
  const seen = `${formatBytes(free)} free for workspaces in ${root}, at least ${formatBytes(minFreeBytes)} are kept`;
  if (free >= minFreeBytes) return ok("disk_floor", seen);
  return fail("disk_floor", "disk_full", seen, "Free space, move workspace.root, or lower workspace.min_free_bytes.");
}

async function checkSpace(id: string, folder: string, comfortable: number): Promise<Check> {
  const free = await freeBytes(folder);
  const seen = `${formatBytes(free)} free`;
  return free >= comfortable ? ok(id, seen) : warn(id, seen, "Free space on this disk, or move MAESTRO_HOME.");
}

/** Of the disk that holds the path or its nearest parent that is there. */
async function freeBytes(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    if (systemCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    return freeBytes(dirname(path));
  }
}
