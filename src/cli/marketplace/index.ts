import type { Command } from "commander";
import {
  addMarketplace,
  findingLine,
  listMarketplaces,
  type Marketplace,
  removeMarketplace,
  updateMarketplaces,
} from "../../marketplace/index.ts";
import type { Cli } from "../cli.ts";
import { table } from "../table.ts";
import { examples, printChange, type ScopeOptions, shelfOf } from "./place.ts";

const EXAMPLES = `
Examples:
  maestro marketplace add ./shop                 a folder
  maestro marketplace add owner/name#v2          a repository, at a tag
  maestro marketplace update                     fetch all of them again`;

/** `maestro marketplace`: the catalogues that plugins are offered in. */
export function fillMarketplace(group: Command, cli: Cli): void {
  group.addHelpText("after", EXAMPLES);
  group
    .command("add")
    .description("add a catalogue; nothing of it is installed or run")
    .argument("<source>", "a folder, a Git URL, or owner/name; behind # a branch, tag or commit")
    .option("--json", "print a document")
    .addHelpText("after", examples("maestro marketplace add ./shop", "maestro marketplace add owner/name#v2 --json"))
    .action(async (source: string, options: ScopeOptions) => {
      const { place } = await shelfOf(cli, options);
      printAll(cli, [await addMarketplace(place, source)], options);
    });
  group
    .command("list")
    .description("list the catalogues and what they offer")
    .option("--json", "print a document")
    .addHelpText("after", examples("maestro marketplace list"))
    .action(async (options: ScopeOptions) => {
      const { place } = await shelfOf(cli, options);
      printAll(cli, await listMarketplaces(place), options);
    });
  group
    .command("update")
    .description("fetch one catalogue, or all, again")
    .argument("[name]", "as `maestro marketplace list` shows it")
    .option("--json", "print a document")
    .addHelpText("after", examples("maestro marketplace update", "maestro marketplace update shop"))
    .action(async (name: string | undefined, options: ScopeOptions) => {
      const { place } = await shelfOf(cli, options);
      printAll(cli, await updateMarketplaces(place, name ?? null), options);
    });
  group
    .command("remove")
    .description("forget a catalogue; what was installed from it stays")
    .argument("<name>", "as `maestro marketplace list` shows it")
    .option("--json", "print a document")
    .addHelpText("after", examples("maestro marketplace remove shop"))
    .action(async (name: string, options: ScopeOptions) => {
      const { place } = await shelfOf(cli, options);
      await removeMarketplace(place, name);
      printChange(cli, options, { removed: name }, `The marketplace ${name} is forgotten.`);
    });
}

function printAll(cli: Cli, marketplaces: readonly Marketplace[], { json }: ScopeOptions): void {
  if (json === true) {
    const documents = marketplaces.map(({ name, source, sha, catalogue }) => ({
      ...{ name, source, sha },
      plugins: catalogue.offers.map((offer) => ({
        ...{ name: offer.name, description: offer.description, category: offer.category, sha: offer.sha },
      })),
      findings: catalogue.findings,
    }));
    cli.printJson({ version: 1, marketplaces: documents });
    return;
  }
  if (marketplaces.length === 0) cli.print("There is none to update.");
  for (const { name, source, sha, catalogue } of marketplaces) {
    cli.print(`${name}  ${source ?? "comes with Maestro"}${sha === null ? "" : ` at ${sha.slice(0, 12)}`}`);
    cli.print(
      ...table(
        ["  PLUGIN", "WHAT IT DOES"],
        catalogue.offers.map((offer) => [`  ${offer.name}`, offer.description]),
      ),
    );
    for (const finding of catalogue.findings) cli.note(findingLine(finding));
  }
}
