import { execFile, execFileSync } from "node:child_process";
import { chmod, lstat, mkdir, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileError } from "../../../src/runtimes/local/file-error.ts";
import { openRoom, type Room } from "./fixture.ts";

let room: Room;
beforeEach(async () => {
  room = await openRoom();
});
afterEach(() => room.close());

describe("an error of the system", () => {
  it.each([
    ["ENOSPC", "disk_full"],
    ["EDQUOT", "disk_full"],
    ["EFBIG", "disk_full"],
    ["ENOENT", "file_missing"],
    ["EACCES", "file_denied"],
    ["EPERM", "file_denied"],
    ["EROFS", "file_denied"],
    ["EEXIST", "file_exists"],
    ["ENOTEMPTY", "file_exists"],
    ["ENOTDIR", "file_failed"],
    ["ELOOP", "file_failed"],
    ["ENAMETOOLONG", "file_failed"],
  ])("%s becomes %s, with the path", (system, code) => {
    const error = fileError("/a/b", Object.assign(new Error(`${system}: no`), { code: system, path: "/a/b" }));
    expect(error).toMatchObject({ code, facts: { system_code: system, path: "/a/b" } });
  });
});

describe("writing", () => {
  it("that exceeds the limit of file sizes is disk_full and leaves the old text and nothing else", async () => {
    const { runtime, directory } = room;
    await runtime.writeText(`${directory}/file`, "old");
    const limit = (bytes: string) => execFileSync("sh", ["-c", `prlimit --pid ${process.pid} --fsize=${bytes}:`]);
    limit("65536");
    try {
      const writing = runtime.writeText(`${directory}/file`, "x".repeat(1_000_000));
      await expect(writing).rejects.toMatchObject({ code: "disk_full" });
    } finally {
      limit("unlimited");
    }
    expect(await runtime.readText(`${directory}/file`)).toBe("old");
    expect(await readdir(directory)).toEqual(["file"]);
  });

  it("sets the mode that was asked for, whatever the umask", async () => {
    await room.runtime.writeText(`${room.directory}/secret`, "x", { mode: 0o600 });
    expect((await stat(`${room.directory}/secret`)).mode & 0o777).toBe(0o600);
  });
});

it("reading and appending refuse what could block forever", async () => {
  const pipe = `${room.directory}/pipe`;
  await promisify(execFile)("mkfifo", [pipe]);
  await expect(room.runtime.readText(pipe)).rejects.toMatchObject({ code: "file_failed" });
  await expect(room.runtime.appendText(pipe, "x")).rejects.toMatchObject({ code: "file_failed" });
  expect((await room.runtime.stat(pipe))?.kind).toBe("other");
});

it("removing takes folders that nobody may write to, as package caches have them", async () => {
  const cache = `${room.directory}/tree/cache`;
  await mkdir(cache, { recursive: true });
  await writeFile(`${cache}/module`, "x");
  await writeFile(`${room.directory}/outside`, "x", { mode: 0o400 });
  await symlink(`${room.directory}/outside`, `${cache}/link`);
  await chmod(cache, 0o500);
  await asNobody(room.directory, () => room.runtime.remove(`${room.directory}/tree`));
  expect(await readdir(room.directory)).toEqual(["outside"]);
  expect((await lstat(`${room.directory}/outside`)).mode & 0o777).toBe(0o400);
});

/** Root may write everywhere, so as root the work is done by somebody else. */
async function asNobody(directory: string, work: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0 || process.seteuid === undefined) return work();
  const nobody = 65534;
  execFileSync("chown", ["-hR", String(nobody), directory]);
  process.seteuid(nobody);
  try {
    await work();
  } finally {
    process.seteuid(0);
  }
}
