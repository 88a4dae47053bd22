import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Command } from "commander";
import {
  type Finding,
  findingLine,
  NEW_PLUGIN_AXES,
  type NewPluginAxis,
  readCatalogue,
  readPlugin,
  writeNewPlugin,
} from "../../marketplace/index.ts";
import { examples } from "../marketplace/place.ts";
import type { Cli } from "../cli.ts";
import { EXIT } from "../exit-codes.ts";
import { usageError } from "../problem.ts";

/** `maestro plugins validate`. */
export function addPluginValidate(group: Command, cli: Cli): void {
  group
    .command("validate")
    .description("check a plugin's folder, or a catalogue and every plugin in it; exit code 1 when something is wrong")
    .argument("[folder]", "default: this folder", ".")
    .option("--json", "print a document")
    .addHelpText("after", examples("maestro plugins validate", "maestro plugins validate ./plugins/mine --json"))
    .action(async (folder: string, { json }: { readonly json?: boolean }) => {
      const findings = await findingsOf(resolve(cli.terminal.cwd, folder));
      printFindings(cli, findings, json === true);
    });
}

/** Prints what was found; errors make the exit code 1. */
export function printFindings(cli: Cli, findings: readonly Finding[], json: boolean): void {
  const errors = findings.filter(({ level }) => level === "error").length;
  if (errors > 0) cli.exitCode = EXIT.failure;
  if (json) cli.printJson({ version: 1, ok: errors === 0, findings });
  else cli.print(...findings.map(findingLine), verdictLine(errors, findings.length - errors));
}

function verdictLine(errors: number, warnings: number): string {
  if (errors > 0) return `${errors} error${errors === 1 ? "" : "s"}.`;
  return warnings === 0 ? "Good." : `Good, with ${warnings} warning${warnings === 1 ? "" : "s"}.`;
}

async function findingsOf(root: string): Promise<readonly Finding[]> {
  const isPlugin = existsSync(join(root, "plugin.json"));
  const hasCatalogue = [".agents/plugins", ".claude-plugin"].some((at) =>
    existsSync(join(root, at, "marketplace.json")),
  );
  if (isPlugin || !hasCatalogue) return (await readPlugin(root)).findings;
  const { offers, findings } = await readCatalogue(root);
  const all = [...findings];
  for (const { name, source } of offers) {
    if (source.kind !== "folder") continue;
    const reading = await readPlugin(source.path);
    const below = relative(root, source.path);
    all.push(...reading.findings.map((finding) => ({ ...finding, file: join(below, finding.file) })));
    if (reading.plugin !== undefined && reading.plugin.name !== name) {
      all.push({
        level: "error",
        file: join(below, "plugin.json"),
        key: "name",
        message: `must be "${name}", as in the catalogue`,
      });
    }
  }
  return all;
}

/** `maestro plugins new`. */
export function addPluginNew(group: Command, cli: Cli): void {
  group
    .command("new")
    .description("write a plugin that works as it stands, to be filled in")
    .argument("<name>", "small letters, digits and dashes; also the folder's name")
    .option("--axis <axis>", `what it brings: ${NEW_PLUGIN_AXES.join(", ")}`, "skills")
    .option("--json", "print a document")
    .addHelpText("after", examples("maestro plugins new my-tracker --axis tracker"))
    .action(async (name: string, { axis, json }: { readonly axis: string; readonly json?: boolean }) => {
      if (!isAxis(axis)) throw usageError(`"${axis}" is no axis; known: ${NEW_PLUGIN_AXES.join(", ")}.`);
      const files = await writeNewPlugin(resolve(cli.terminal.cwd, name), name, axis);
      if (json === true) return cli.printJson({ version: 1, files: files.map((file) => `${name}/${file}`) });
      cli.print(...files.map((file) => `wrote ${name}/${file}`));
      cli.print(`Next: \`maestro plugins validate ${name}\`, then \`maestro plugins install ./${name} --consent\`.`);
    });
}

function isAxis(text: string): text is NewPluginAxis {
  return NEW_PLUGIN_AXES.some((axis) => axis === text);
}
