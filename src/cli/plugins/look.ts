import type { Command } from "commander";
import {
  Consents,
  listMarketplaces,
  type LockedPlugin,
  lockedPlugin,
  type LockPlace,
  openKept,
  whatRuns,
} from "../../marketplace/index.ts";
import type { Cli } from "../cli.ts";
import { examples, type ScopeOptions, shelfOf } from "../marketplace/place.ts";
import { table } from "../table.ts";

/** `maestro plugins search`. */
export function addPluginSearch(group: Command, cli: Cli): void {
  group
    .command("search")
    .description("look for plugins in the catalogues")
    .argument("[words...]", "all of them have to occur in name, description or keywords")
    .option("--json", "print a document")
    .addHelpText("after", examples("maestro plugins search tracker"))
    .action(async (words: readonly string[], options: ScopeOptions) => {
      const { place } = await shelfOf(cli, options);
      const wanted = words.map((word) => word.toLowerCase());
      const found = (await listMarketplaces(place)).flatMap(({ name: marketplace, catalogue }) =>
        catalogue.offers
          .filter(({ name, description, words: own }) => {
            const text = [name, description, ...own].join(" ").toLowerCase();
            return wanted.every((word) => text.includes(word));
          })
          .map(({ name, description, category }) => ({ name, marketplace, description, category })),
      );
      if (options.json === true) return cli.printJson({ version: 1, plugins: found });
      if (found.length === 0) return cli.print("No catalogue offers such a plugin.");
      cli.print(
        ...table(
          ["PLUGIN", "MARKETPLACE", "WHAT IT DOES"],
          found.map((one) => [one.name, one.marketplace, one.description]),
        ),
      );
    });
}

/** `maestro plugins list`. */
export function addPluginList(group: Command, cli: Cli): void {
  group
    .command("list")
    .description("list the installed plugins of this project and of this user")
    .option("--json", "print a document")
    .addHelpText("after", examples("maestro plugins list --json"))
    .action(async (options: ScopeOptions) => {
      const { project, user } = await shelfOf(cli, options);
      const all = [...(await entriesOf(project)), ...(await entriesOf(user))];
      if (options.json === true) return cli.printJson({ version: 1, plugins: all });
      if (all.length === 0) return cli.print("No plugin is installed. `maestro plugins search` shows what there is.");
      const rows = all.map((one) => [one.name, one.version, one.scope, one.enabled ? "on" : "off", one.source]);
      cli.print(...table(["PLUGIN", "VERSION", "FOR", "", "FROM"], rows));
    });
}

async function entriesOf({ scope, file }: LockPlace): Promise<({ name: string; scope: string } & LockedPlugin)[]> {
  const { plugins } = await file.read();
  return Object.entries(plugins).map(([name, locked]) => ({ name, scope, ...locked }));
}

/** `maestro plugins info`. */
export function addPluginInfo(group: Command, cli: Cli): void {
  group
    .command("info")
    .description("show what an installed plugin brings, where it is from, and whether it may run")
    .argument("<plugin>", "as `maestro plugins list` shows it")
    .option("--user", "the one that is installed for all projects")
    .option("--json", "print a document")
    .addHelpText("after", examples("maestro plugins info todo-txt"))
    .action(async (name: string, options: ScopeOptions) => {
      const { place, lock } = await shelfOf(cli, options);
      const locked = await lockedPlugin(lock, name);
      const plugin = await openKept(place.home, name, locked);
      const runs = whatRuns(plugin);
      const consented = runs.length === 0 || (await new Consents(place.home, place.clock).has(plugin));
      const skills = plugin.skills.map((skill) => ({ name: `${name}:${skill.name}`, description: skill.description }));
      const document = { name, locked, folder: plugin.directory, description: plugin.manifest.description ?? "" };
      if (options.json === true) {
        return cli.printJson({
          version: 1,
          ...document,
          provides: plugin.maestro?.provides ?? {},
          skills,
          runs,
          consented,
        });
      }
      cli.print(`${name} ${locked.version}: ${document.description}`);
      cli.print(
        `from ${locked.source}${locked.sha === null ? "" : ` at ${locked.sha.slice(0, 12)}`}, kept in ${plugin.directory}`,
      );
      for (const skill of skills) cli.print(`skill ${skill.name}: ${skill.description}`);
      for (const each of runs) cli.print(`runs ${each}`);
      if (!consented)
        cli.print(`Nobody consented to that on this machine: \`maestro plugins enable ${name} --consent\`.`);
    });
}
