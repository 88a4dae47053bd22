import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readTextIfExists, writeFileAtomic } from "../../src/base/atomic-file.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "maestro-atomic-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("writeFileAtomic", () => {
  it("writes text and bytes and leaves nothing beside", async () => {
    const path = join(folder, "a.json");
    await writeFileAtomic(path, "one");
    await writeFileAtomic(path, Buffer.from("two"), { fsync: false });
    expect(await readFile(path, "utf8")).toBe("two");
    expect(await readdir(folder)).toEqual(["a.json"]);
  });

  it("keeps the mode of the old file unless told otherwise", async () => {
    const path = join(folder, "a");
    await writeFile(path, "");
    await chmod(path, 0o640);
    await writeFileAtomic(path, "x");
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    await writeFileAtomic(path, "x", { mode: 0o666 });
    expect((await stat(path)).mode & 0o777).toBe(0o666);
  });

  it("writes through a symbolic link", async () => {
    await writeFile(join(folder, "real"), "old");
    await symlink("real", join(folder, "link"));
    await writeFileAtomic(join(folder, "link"), "new");
    expect(await readlink(join(folder, "link"))).toBe("real");
    expect(await readFile(join(folder, "real"), "utf8")).toBe("new");
  });

  it("removes its temporary file when it fails", async () => {
    await mkdir(join(folder, "taken"));
    await expect(writeFileAtomic(join(folder, "taken"), "x")).rejects.toMatchObject({ code: "file_write_failed" });
    await expect(writeFileAtomic(join(folder, "no", "a"), "x")).rejects.toMatchObject({
      facts: { system_code: "ENOENT" },
    });
    expect(await readdir(folder)).toEqual(["taken"]);
  });

  it("shows readers the old or the new text, never a part", async () => {
    const path = join(folder, "a");
    const texts = ["x", "y"].map((letter) => letter.repeat(300_000));
    await writeFileAtomic(path, "x".repeat(300_000), { fsync: false });
    let writing = true;
    const writer = (async () => {
      for (let round = 0; round < 40; round += 1) await writeFileAtomic(path, texts[round % 2] ?? "", { fsync: false });
      writing = false;
    })();
    while (writing) expect(texts.includes(await readFile(path, "utf8"))).toBe(true);
    await writer;
  });
});

describe("readTextIfExists", () => {
  it("takes only a missing file for absence", async () => {
    expect(await readTextIfExists(join(folder, "none"))).toBeUndefined();
    await expect(readTextIfExists(folder)).rejects.toMatchObject({ code: "file_read_failed" });
    await writeFile(join(folder, "file"), "text");
    await expect(readTextIfExists(join(folder, "file", "below"))).rejects.toMatchObject({ code: "file_read_failed" });
    expect(await readTextIfExists(join(folder, "file"))).toBe("text");
  });
});
