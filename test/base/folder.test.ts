import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeFolder } from "../../src/base/folder.ts";

it("makeFolder makes parents, accepts what is there and several at once", async () => {
  const root = await mkdtemp(join(tmpdir(), "maestro-folder-"));
  const path = join(root, "a", "b", "c");
  await Promise.all([makeFolder(path, 0o700), makeFolder(path, 0o700), makeFolder(join(root, "a"), 0o700)]);
  await makeFolder(path);
  expect((await stat(join(root, "a"))).mode & 0o777).toBe(0o700);
  await writeFile(join(root, "file"), "");
  await expect(makeFolder(join(root, "file"))).rejects.toMatchObject({ code: "folder_failed" });
  await expect(makeFolder(join(root, "file", "x"))).rejects.toMatchObject({ facts: { system_code: "ENOTDIR" } });
  await rm(root, { recursive: true });
});

it("makeFolder ends where Node's recursive mkdir does not", async () => {
  await expect(makeFolder("/proc/no/such/folder")).rejects.toMatchObject({ code: "folder_failed" });
});
