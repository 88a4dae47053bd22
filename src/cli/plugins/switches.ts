import type { Command } from "commander";
import { Consents, lockedPlugin, openKept, removePlugin, switchPlugin, whatRuns } from "../../marketplace/index.ts";
import { MaestroError } from "../../base/errors.ts";
import type { Cli } from "../cli.ts";
import { examples, printChange, type ScopeOptions, type Shelf, shelfOf } from "../marketplace/place.ts";

interface SwitchFlags extends ScopeOptions {
  readonly consent?: boolean;
}

/** `maestro plugins enable`, `disable` and `remove`. */
export function addPluginSwitches(group: Command, cli: Cli): void {
  group
    .command("enable")
    .description("switch an installed plugin on")
    .argument("<plugin>", "as `maestro plugins list` shows it")
    .option("--user", "for all projects of this user")
    .option("--consent", "let its code and hooks run on this machine")
    .option("--json", "print a document")
    .addHelpText("after", examples("maestro plugins enable todo-txt --consent"))
    .action(async (name: string, options: SwitchFlags) => {
      const shelf = await shelfOf(cli, options);
      await checkConsent(shelf, name, options.consent === true);
      await switchPlugin(shelf.lock, name, true);
      const sentence = `${name} is on. A running service takes it up when it is started again.`;
      printChange(cli, options, { plugin: name, enabled: true }, sentence);
    });
  group
    .command("disable")
    .description("switch a plugin off: everything that it brought is gone, nothing is deleted")
    .argument("<plugin>", "as `maestro plugins list` shows it")
    .option("--user", "for all projects of this user")
    .option("--json", "print a document")
    .addHelpText("after", examples("maestro plugins disable todo-txt"))
    .action(async (name: string, options: SwitchFlags) => {
      const { lock } = await shelfOf(cli, options);
      await switchPlugin(lock, name, false);
      const sentence = `${name} is off. A running service lets go of it when it is started again.`;
      printChange(cli, options, { plugin: name, enabled: false }, sentence);
    });
  group
    .command("remove")
    .description("take a plugin out of the lock; what it kept of its own stays")
    .argument("<plugin>", "as `maestro plugins list` shows it")
    .option("--user", "for all projects of this user")
    .option("--json", "print a document")
    .addHelpText("after", examples("maestro plugins remove todo-txt"))
    .action(async (name: string, options: SwitchFlags) => {
      const { place, lock } = await shelfOf(cli, options);
      const { version } = await removePlugin(place, lock, name);
      printChange(cli, options, { removed: name }, `${name} ${version} is removed.`);
    });
}

/** What runs needs a person's word on this machine, whoever wrote the lock. */
async function checkConsent({ place, lock }: Shelf, name: string, given: boolean): Promise<void> {
  const plugin = await openKept(place.home, name, await lockedPlugin(lock, name));
  const runs = whatRuns(plugin);
  const consents = new Consents(place.home, place.clock);
  if (runs.length === 0 || (await consents.has(plugin))) return;
  if (given) return consents.give(plugin);
  throw new MaestroError({
    code: "consent_missing",
    message: `${name} ${plugin.version} would run on this machine: ${runs.join("; ")}. Nobody consented.`,
    hint: `Look at it in ${plugin.directory}, then say --consent.`,
  });
}
