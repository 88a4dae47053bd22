import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunSkill } from "../model/run-skill.ts";
import { filesBelow } from "./content-hash.ts";
import type { OfferedSkill } from "./skill-choice.ts";

/**
 * Skills as workspaces get them. A plugin's skill is named after its plugin, so that two plugins can have one of the same name; its front matter
 * follows, because clients want both to agree. Links are left out: they were not checked for a workspace. Throws system errors.
 */
export async function readRunSkills(skills: readonly OfferedSkill[]): Promise<readonly RunSkill[]> {
  return Promise.all(
    skills.map(async ({ id, name, directory }) => {
      const folder = id.replaceAll(/[:.]/g, "-");
      const files = [];
      for (const path of await filesBelow(directory)) {
        const info = await lstat(join(directory, path));
        if (!info.isFile()) continue;
        const content = await readFile(join(directory, path));
        const bytes = path === "SKILL.md" && folder !== name ? renamed(content, name, folder) : content;
        files.push({ path, bytes, isProgram: (info.mode & 0o100) !== 0 });
      }
      return { folder, files };
    }),
  );
}

function renamed(content: Buffer, from: string, to: string): Buffer {
  const line = new RegExp(`^name:\\s*["']?${from}["']?\\s*$`, "m");
  return Buffer.from(content.toString("utf8").replace(line, `name: ${to}`));
}
