import type { Command } from "commander";
import { type Installed, installLocked, installPlugin, lockedPlugin, type Plugin } from "../../marketplace/index.ts";
import type { Cli } from "../cli.ts";
import { examples, type ScopeOptions, type Shelf, shelfOf, withScope } from "../marketplace/place.ts";
import { usageError } from "../problem.ts";

interface InstallFlags extends ScopeOptions {
  readonly consent?: boolean;
  readonly frozen?: boolean;
}

/** `maestro plugins install` and `update`. */
export function addPluginInstall(group: Command, cli: Cli): void {
  withScope(group.command("install"))
    .description("install a plugin and lock it; without a name, everything that is locked")
    .argument("[plugin]", "name, name@marketplace, a folder, a Git URL, or owner/name")
    .option("--consent", "let its code and hooks run on this machine")
    .option("--frozen", "install exactly what the lock says, or fail")
    .addHelpText(
      "after",
      examples(
        "maestro plugins install todo-txt",
        "maestro plugins install ./mine --consent",
        "maestro plugins install --frozen        in CI and on a second machine",
      ),
    )
    .action(async (wanted: string | undefined, options: InstallFlags) => {
      const shelf = await shelfOf(cli, options);
      if (wanted === undefined) return installAll(cli, shelf, options);
      if (options.frozen === true) throw usageError("--frozen installs what is locked and takes no plugin.");
      printInstalled(cli, [await installPlugin(shelf.place, shelf.lock, wanted, choices(cli, options))], options);
    });
  withScope(group.command("update"))
    .description("install a plugin's newest content, or that of all, and lock it")
    .argument("[plugin]", "as `maestro plugins list` shows it")
    .option("--consent", "let its code and hooks run on this machine")
    .addHelpText("after", examples("maestro plugins update", "maestro plugins update todo-txt --dry-run"))
    .action(async (name: string | undefined, options: InstallFlags) => {
      const { place, lock } = await shelfOf(cli, options);
      const { plugins } = await lock.file.read();
      const names = name === undefined ? Object.keys(plugins) : [name];
      const updated: Installed[] = [];
      for (const each of names) {
        const { source, ref, subfolder } = await lockedPlugin(lock, each);
        const wanted = `${source}${subfolder === null ? "" : `//${subfolder}`}${ref === null ? "" : `#${ref}`}`;
        updated.push(await installPlugin(place, lock, source.includes("@") ? source : wanted, choices(cli, options)));
      }
      printInstalled(cli, updated, options);
    });
}

async function installAll(cli: Cli, { place, lock }: Shelf, options: InstallFlags): Promise<void> {
  const plugins = await installLocked(place, lock, choices(cli, options));
  if (options.json === true) return cli.printJson({ version: 1, plugins: plugins.map(documentOf) });
  if (plugins.length === 0) return cli.print("Nothing is locked here, so there is nothing to install.");
  for (const { name, version } of plugins) cli.print(`${name} ${version} is installed as locked.`);
}

function choices(cli: Cli, { consent, dryRun }: InstallFlags) {
  return {
    dryRun: dryRun === true,
    consent: async (plugin: Plugin, runs: readonly string[]) => {
      cli.note(`${plugin.name} ${plugin.version} runs on this machine:`);
      for (const each of runs) cli.note(`  ${each}`);
      return consent === true;
    },
  };
}

function printInstalled(cli: Cli, all: readonly Installed[], { json, dryRun }: InstallFlags): void {
  if (json === true) {
    const plugins = all.map(({ plugin, locked, before, changed }) => ({
      ...documentOf(plugin),
      locked,
      before,
      changed,
    }));
    cli.printJson({ version: 1, dry_run: dryRun === true, plugins });
    return;
  }
  if (all.length === 0) cli.print("Nothing is installed here.");
  for (const { plugin, before, changed } of all) {
    const { name, version } = plugin;
    const from = before === null || before.version === version ? "" : ` (before: ${before.version})`;
    if (!changed) cli.print(`${name} ${version} is as it was.`);
    else cli.print(`${name} ${version} ${dryRun === true ? "would be installed" : "is installed"}${from}.`);
  }
}

function documentOf({ name, version, contentHash, skills, maestro }: Plugin) {
  return {
    ...{ name, version, content_hash: contentHash },
    skills: skills.map((skill) => `${name}:${skill.name}`),
    provides: maestro?.provides ?? {},
  };
}
