import { basename, dirname } from "node:path";
import type { Command } from "commander";
import { type AddedSkill, addSkills, type LockPlace } from "../../marketplace/index.ts";
import { MaestroError } from "../../base/errors.ts";
import type { Cli } from "../cli.ts";
import { examples, type ScopeOptions, shelfOf, withScope } from "../marketplace/place.ts";
import { printAdded } from "./added.ts";

/** `maestro skills update`. */
export function addSkillUpdate(group: Command, cli: Cli): void {
  withScope(group.command("update"))
    .description("copy the newest content of added skills, and lock it")
    .argument("[name]", "only this one; default: all that were added")
    .addHelpText("after", examples("maestro skills update", "maestro skills update commit --dry-run"))
    .action(async (name: string | undefined, options: ScopeOptions) => {
      const { place, lock } = await shelfOf(cli, options);
      const all: AddedSkill[] = [];
      for (const [skill, origin] of await lockedSkills(lock, name)) {
        const wanted = { source: sourceText(origin), names: basename(origin.subfolder ?? "") === skill ? [skill] : [] };
        const from = { ...place, cwd: dirname(lock.directory) };
        all.push(...(await addSkills(from, lock, wanted, { dryRun: options.dryRun === true })));
      }
      printAdded(cli, all, options);
    });
}

type Origins = Awaited<ReturnType<LockPlace["file"]["read"]>>["skills"];

async function lockedSkills(lock: LockPlace, name: string | undefined): Promise<readonly [string, Origins[string]][]> {
  const { skills } = await lock.file.read();
  if (name === undefined) return Object.entries(skills);
  const origin = skills[name];
  if (origin !== undefined) return [[name, origin]];
  throw new MaestroError({
    code: "unknown_skill",
    message: `No skill "${name}" was added here; added: ${Object.keys(skills).join(", ") || "none"}.`,
  });
}

/** The whole source again, in which the skill is found by its name: it may have moved within. */
function sourceText({ source, ref }: Origins[string]): string {
  return `${source}${ref === null ? "" : `#${ref}`}`;
}
