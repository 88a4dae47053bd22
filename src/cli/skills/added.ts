import type { AddedSkill } from "../../marketplace/index.ts";
import type { Cli } from "../cli.ts";
import type { ScopeOptions } from "../marketplace/place.ts";

/** Prints what was, or would be, added. */
export function printAdded(cli: Cli, added: readonly AddedSkill[], { json, dryRun }: ScopeOptions): void {
  if (json === true) {
    const skills = added.map(({ skill, locked, changed }) => ({ name: skill.name, locked, changed }));
    cli.printJson({ version: 1, dry_run: dryRun === true, skills });
    return;
  }
  if (added.length === 0) cli.print("No skill was added from a source here.");
  const done = dryRun === true ? "would be written" : "is written";
  for (const { skill, changed } of added) cli.print(`${skill.name} ${changed ? done : "is as it was"}.`);
}
