import { rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MaestroError } from "../base/errors.ts";
import { exists } from "../base/presence.ts";
import { contentHash } from "./content-hash.ts";
import { copyFolder } from "./fetch.ts";
import { findingLine } from "./finding.ts";
import { type Plugin, readPlugin } from "./plugin.ts";

/** Where one content of a plugin is kept. */
export function keptFolder(home: string, name: string, version: string, hash: string): string {
  const short = hash.replace(/^sha256:/, "").slice(0, 8);
  return join(home, "plugins", name, `${version.replace(/[^A-Za-z0-9.+-]/g, "_")}-${short}`);
}

/** Where a plugin keeps what must survive its updates (`PLUGIN_DATA`). */
export function dataFolder(home: string, name: string): string {
  return join(home, "plugins", name, "data");
}

/** Keeps a plugin's content; the same content is kept once. Returns it as it is kept. */
export async function keepPlugin(home: string, plugin: Plugin): Promise<Plugin> {
  const folder = keptFolder(home, plugin.name, plugin.version, plugin.contentHash);
  if (!(await exists(folder))) {
    const beside = join(dirname(folder), `.${basename(folder)}.${process.pid}`);
    await copyFolder(plugin.directory, beside);
    // Another process that was quicker has kept the same bytes.
    await rename(beside, folder).catch(() => rm(beside, { recursive: true, force: true }));
  }
  return { ...plugin, directory: folder };
}

/**
 * The plugin as it was locked. Throws `plugin_not_installed` when this machine does not have that content, `plugin_tampered` when
 * somebody has changed it since, `plugin_invalid`.
 */
export async function openKept(
  home: string,
  name: string,
  locked: { readonly version: string; readonly content_hash: string },
): Promise<Plugin> {
  const folder = keptFolder(home, name, locked.version, locked.content_hash);
  if (!(await exists(folder))) {
    throw new MaestroError({
      code: "plugin_not_installed",
      message: `The plugin ${name} ${locked.version} is locked here but not installed on this machine.`,
      hint: "maestro plugins install --frozen",
      facts: { plugin: name },
    });
  }
  if ((await contentHash(folder)) !== locked.content_hash) {
    throw new MaestroError({
      code: "plugin_tampered",
      message: `The plugin ${name} ${locked.version} is not what was installed: somebody changed it in ${folder}.`,
      hint: `Look at what was changed, then \`maestro plugins install ${name}\` to get the original back.`,
      facts: { plugin: name, folder },
    });
  }
  return soundPlugin(folder);
}

/** Reads a plugin that has to be good. Throws `plugin_invalid` with every error in its message. */
export async function soundPlugin(directory: string): Promise<Plugin> {
  const { plugin, findings } = await readPlugin(directory);
  const errors = findings.filter(({ level }) => level === "error");
  if (plugin !== undefined) return plugin;
  throw new MaestroError({
    code: "plugin_invalid",
    message: `This is no plugin that can be used:\n${errors.map(findingLine).join("\n")}`,
    hint: "maestro plugins validate <folder> shows everything at once",
  });
}
