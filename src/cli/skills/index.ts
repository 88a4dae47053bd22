import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import {
  addSkills,
  linkSkill,
  offeredSkills,
  readSkill,
  readSkills,
  removeSkill,
  writeNewSkill,
} from "../../marketplace/index.ts";
import type { Cli } from "../cli.ts";
import { examples, printChange, type ScopeOptions, shelfOf, withScope } from "../marketplace/place.ts";
import { printFindings } from "../plugins/write.ts";
import { table } from "../table.ts";
import { printAdded } from "./added.ts";
import { addSkillUpdate } from "./update.ts";

const EXAMPLES = `
Examples:
  maestro skills list
  maestro skills add owner/name --skill commit
  maestro skills link ../my-skill                while it is being written
  maestro skills validate .maestro/skills`;

/** `maestro skills`: what agents are taught. */
export function fillSkills(group: Command, cli: Cli): void {
  group.addHelpText("after", EXAMPLES);
  addSkillAdd(group, cli);
  addSkillList(group, cli);
  addSkillUpdate(group, cli);
  addSkillChanges(group, cli);
  group
    .command("validate")
    .description("check a skill's folder, or a folder of skills; exit code 1 when something is wrong")
    .argument("[folder]", "default: this folder", ".")
    .option("--allow-client-keys", "let keys pass that only single clients understand")
    .option("--json", "print a document")
    .addHelpText("after", examples("maestro skills validate .maestro/skills"))
    .action(async (folder: string, options: { readonly allowClientKeys?: boolean; readonly json?: boolean }) => {
      const root = resolve(cli.terminal.cwd, folder);
      const rules = { allowClientKeys: options.allowClientKeys === true };
      const isOne = existsSync(join(root, "SKILL.md")) || !existsSync(root);
      const reading = isOne ? await readSkill(root, rules) : await readSkills(root, rules);
      printFindings(cli, reading.findings, options.json === true);
    });
  group
    .command("new")
    .description("write a skill to be filled in")
    .argument("<name>", "small letters, digits and dashes; also the folder's name")
    .option("--json", "print a document")
    .addHelpText("after", examples("maestro skills new release-notes"))
    .action(async (name: string, options: ScopeOptions) => {
      const files = (await writeNewSkill(resolve(cli.terminal.cwd, name), name)).map((file) => `${name}/${file}`);
      printChange(cli, options, { files }, files.map((file) => `wrote ${file}`).join("\n"));
    });
}

interface AddFlags extends ScopeOptions {
  readonly skill?: readonly string[];
}

function addSkillAdd(group: Command, cli: Cli): void {
  withScope(group.command("add"))
    .description("copy skills of a folder or repository into this project, and lock them")
    .argument("<source>", "a folder, a Git URL, or owner/name; behind # a branch, tag or commit")
    .option("--skill <name...>", "only these; default: all")
    .addHelpText(
      "after",
      examples("maestro skills add owner/name --skill commit pull", "maestro skills add ./shared --dry-run"),
    )
    .action(async (source: string, options: AddFlags) => {
      const { place, lock } = await shelfOf(cli, options);
      const wanted = { source, names: options.skill ?? [] };
      printAdded(cli, await addSkills(place, lock, wanted, { dryRun: options.dryRun === true }), options);
    });
}

function addSkillList(group: Command, cli: Cli): void {
  group
    .command("list")
    .description("list the skills that a workflow here can name, and where each comes from")
    .option("--json", "print a document")
    .addHelpText("after", examples("maestro skills list"))
    .action(async ({ json }: ScopeOptions) => {
      const { place, directory } = await shelfOf(cli, {});
      const skills = await offeredSkills({ home: place.home, directory, clock: place.clock });
      if (json === true) {
        const documents = skills.map(({ id, tier, description, directory: folder }) => ({
          id,
          tier,
          description,
          folder,
        }));
        return cli.printJson({ version: 1, skills: documents });
      }
      cli.print(
        ...table(
          ["SKILL", "FROM", "WHAT IT DOES"],
          skills.map((one) => [one.id, one.tier, one.description]),
        ),
      );
    });
}

function addSkillChanges(group: Command, cli: Cli): void {
  group
    .command("link")
    .description("use a skill from where it is being written")
    .argument("<folder>", "holds its SKILL.md")
    .option("--user", "for all projects of this user")
    .option("--json", "print a document")
    .addHelpText("after", examples("maestro skills link ../my-skill"))
    .action(async (folder: string, options: ScopeOptions) => {
      const { lock } = await shelfOf(cli, options);
      const skill = await linkSkill(lock, resolve(cli.terminal.cwd, folder));
      printChange(cli, options, { linked: skill.name }, `${skill.name} is linked.`);
    });
  group
    .command("remove")
    .description("remove a skill that was added or linked here")
    .argument("<name>", "as `maestro skills list` shows it")
    .option("--user", "one that is there for all projects of this user")
    .option("--json", "print a document")
    .addHelpText("after", examples("maestro skills remove commit --user"))
    .action(async (name: string, options: ScopeOptions) => {
      const { lock } = await shelfOf(cli, options);
      await removeSkill(lock, name);
      printChange(cli, options, { removed: name }, `${name} is removed.`);
    });
}
