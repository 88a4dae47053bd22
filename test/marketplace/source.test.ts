import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseSource } from "../../src/marketplace/source.ts";
import { folder, put } from "./ground.ts";

const git = (url: string, ref: string | null = null, subfolder: string | null = null) => ({
  kind: "git",
  url,
  ref,
  subfolder,
});

describe("a source", () => {
  it.each([
    ["owner/name", git("https://github.com/owner/name.git")],
    ["owner/name#v2", git("https://github.com/owner/name.git", "v2")],
    ["https://host/owner/name.git", git("https://host/owner/name.git")],
    ["https://host/owner/name.git//plugins/a#main", git("https://host/owner/name.git", "main", "plugins/a")],
    ["ssh://git@host/owner/name", git("ssh://git@host/owner/name")],
    ["git@host:owner/name.git#main", git("git@host:owner/name.git", "main")],
  ])("%s", async (text, expected) => {
    expect(parseSource(text, await folder())).toEqual(expected);
  });

  it("is a folder when there is one, and a repository at a ref when it names one", async () => {
    const root = await folder();
    await mkdir(join(root, "owner/name"), { recursive: true });
    expect(parseSource("owner/name", root)).toEqual({ kind: "folder", path: join(root, "owner/name") });
    expect(parseSource("./owner/name#v1", root)).toEqual(git(join(root, "owner/name"), "v1"));
  });

  it.each(["./gone", "name", "x.txt", "ext::sh -c true", "https://host/a//../b", "owner/name#--upload-pack=x"])(
    "%s is refused with a sentence",
    async (text) => {
      const root = await folder();
      await put(root, { "x.txt": "" });
      expect(() => parseSource(text, root)).toThrow(expect.objectContaining({ code: "bad_source" }));
    },
  );
});
