import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MaestroError } from "../base/errors.ts";
import { nearestOf } from "../base/nearest.ts";
import { Consents, whatRuns } from "./consents.ts";
import { contentHash } from "./content-hash.ts";
import { fetchSource } from "./fetch.ts";
import { keepPlugin, keptFolder, soundPlugin } from "./kept-plugins.ts";
import { type LockedPlugin, type LockPlace, originOf, withPlugin } from "./lock-file.ts";
import { findOffer, type MarketplacePlace } from "./marketplaces.ts";
import type { Plugin } from "./plugin.ts";
import { parseSource, type Source } from "./source.ts";

/** How an installation is asked for. */
export interface InstallOptions {
  /** Only says what would happen. */
  readonly dryRun: boolean;
  /** Asks the person whether what the plugin runs may run; not called when it runs nothing or was consented to. */
  readonly consent: (plugin: Plugin, runs: readonly string[]) => Promise<boolean>;
}

/** What came of it. */
export interface Installed {
  readonly plugin: Plugin;
  readonly locked: LockedPlugin;
  /** The version that was locked before; `null` for a new one. */
  readonly before: LockedPlugin | null;
  readonly changed: boolean;
}

/**
 * Installs what `wanted` names (`name`, `name@marketplace`, a folder, a Git URL) and locks it in `lock`. Nothing is written before the person
 * has consented. Throws the codes of what it calls, and `consent_missing`.
 */
export async function installPlugin(
  place: MarketplacePlace,
  lock: LockPlace,
  wanted: string,
  options: InstallOptions,
): Promise<Installed> {
  const { source, label, sha } = await resolveWanted(place, wanted, place.cwd, lock);
  const fetched = await fetchSource(source, join(place.home, "staging"), place.signal);
  try {
    if (sha !== null && fetched.sha !== sha) {
      throw new MaestroError({
        code: "fetch_failed",
        message: `The catalogue pins ${wanted} to ${sha}, but the repository gave ${fetched.sha ?? "no commit"}.`,
      });
    }
    const plugin = await soundPlugin(fetched.directory);
    const locked: LockedPlugin = {
      source: label,
      ref: source.kind === "git" ? source.ref : null,
      sha: fetched.sha,
      subfolder: source.kind === "git" ? source.subfolder : null,
      content_hash: plugin.contentHash,
      version: plugin.version,
      enabled: true,
    };
    const before = (await lock.file.read()).plugins[plugin.name] ?? null;
    const changed = before === null || before.content_hash !== locked.content_hash || !before.enabled;
    if (options.dryRun) return { plugin, locked, before, changed };
    await obtainConsent(place, plugin, options);
    const kept = await keepPlugin(place.home, plugin);
    await lock.file.update((file) => withPlugin(file, plugin.name, locked));
    return { plugin: kept, locked, before, changed };
  } finally {
    await fetched.dispose();
  }
}

/**
 * Installs everything that is locked, exactly as it is locked. Throws `lock_mismatch` when a source does not give the locked content any more.
 */
export async function installLocked(
  place: MarketplacePlace,
  lock: LockPlace,
  options: InstallOptions,
): Promise<readonly Plugin[]> {
  const { plugins } = await lock.file.read();
  const installed: Plugin[] = [];
  for (const [name, locked] of Object.entries(plugins))
    installed.push(await installExactly(place, lock, name, locked, options));
  return installed;
}

async function installExactly(
  place: MarketplacePlace,
  lock: LockPlace,
  name: string,
  locked: LockedPlugin,
  options: InstallOptions,
): Promise<Plugin> {
  const kept = keptFolder(place.home, name, locked.version, locked.content_hash);
  const isHere = (await contentHash(kept).catch(() => null)) === locked.content_hash;
  if (isHere) {
    const plugin = await soundPlugin(kept);
    if (!options.dryRun) await obtainConsent(place, plugin, options);
    return plugin;
  }
  const { source } = await resolveWanted(place, locked.source, dirname(lock.directory), lock);
  const pinned: Source = source.kind === "git" ? { ...source, ref: locked.sha, subfolder: locked.subfolder } : source;
  const fetched = await fetchSource(pinned, join(place.home, "staging"), place.signal);
  try {
    const plugin = await soundPlugin(fetched.directory);
    if (plugin.name !== name || plugin.contentHash !== locked.content_hash) throw mismatch(name, locked);
    if (options.dryRun) return plugin;
    await obtainConsent(place, plugin, options);
    // A changed copy makes room for the original.
    await rm(kept, { recursive: true, force: true });
    return await keepPlugin(place.home, plugin);
  } finally {
    await fetched.dispose();
  }
}

function mismatch(name: string, { source, content_hash }: LockedPlugin): MaestroError {
  return new MaestroError({
    code: "lock_mismatch",
    message: `${source} does not give the plugin ${name} with the locked content (${content_hash.slice(0, 15)}…).`,
    hint: `\`maestro plugins update ${name}\` takes the new content on purpose.`,
    facts: { plugin: name },
  });
}

/** Takes a plugin out of a lock; its content and data stay when another project may use them. Throws `plugin_not_locked`. */
export async function removePlugin(place: MarketplacePlace, lock: LockPlace, name: string): Promise<LockedPlugin> {
  const locked = await lockedPlugin(lock, name);
  await lock.file.update((file) => withPlugin(file, name, null));
  if (lock.scope === "user") await new Consents(place.home, place.clock).withdraw(name);
  return locked;
}

/** Switches a plugin on or off here. Throws `plugin_not_locked`. */
export async function switchPlugin(lock: LockPlace, name: string, enabled: boolean): Promise<LockedPlugin> {
  const locked = { ...(await lockedPlugin(lock, name)), enabled };
  await lock.file.update((file) => withPlugin(file, name, locked));
  return locked;
}

/** What is locked of a plugin. Throws `plugin_not_locked`, naming those that are. */
export async function lockedPlugin(lock: LockPlace, name: string): Promise<LockedPlugin> {
  const { plugins } = await lock.file.read();
  const locked = plugins[name];
  if (locked !== undefined) return locked;
  const near = nearestOf(name, Object.keys(plugins));
  throw new MaestroError({
    code: "plugin_not_locked",
    message: `The plugin "${name}" is not installed in this ${lock.scope === "project" ? "project" : "user's Maestro"}; installed: ${Object.keys(plugins).join(", ") || "none"}.`,
    ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
  });
}

async function obtainConsent(place: MarketplacePlace, plugin: Plugin, { consent }: InstallOptions): Promise<void> {
  const runs = whatRuns(plugin);
  const consents = new Consents(place.home, place.clock);
  if (runs.length === 0 || (await consents.has(plugin))) return;
  if (!(await consent(plugin, runs))) {
    throw new MaestroError({
      code: "consent_missing",
      message: `The plugin ${plugin.name} ${plugin.version} would run on this machine: ${runs.join("; ")}. Nobody consented.`,
      hint: "Look at its code, then say --consent.",
      facts: { plugin: plugin.name, runs: [...runs] },
    });
  }
  await consents.give(plugin);
}

/** What a person means by `name`, `name@marketplace`, a folder or a URL. */
async function resolveWanted(
  place: MarketplacePlace,
  wanted: string,
  cwd: string,
  lock: LockPlace,
): Promise<{ readonly source: Source; readonly label: string; readonly sha: string | null }> {
  if (/^[a-z0-9][a-z0-9.-]*(@[a-z0-9][a-z0-9.-]*)?$/.test(wanted)) {
    const offer = await findOffer(place, wanted);
    return { source: offer.source, label: `${offer.name}@${offer.from}`, sha: offer.sha };
  }
  const source = parseSource(wanted, cwd);
  return { source, label: originOf(source, lock), sha: null };
}
