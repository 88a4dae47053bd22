import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { packagePath } from "../base/package-path.ts";
import { MaestroError } from "../base/errors.ts";
import { nearestOf } from "../base/nearest.ts";
import { projectLock, userLock } from "./lock-file.ts";
import { readSkills, type Skill } from "./skill.ts";
import { usedPlugins } from "./used-plugins.ts";

/** Where a skill comes from; an earlier tier hides a later one's skill of the same name. A skill in the workspace itself hides all of them. */
export const SKILL_TIERS = ["project", "user", "plugin", "built-in"] as const;
export type SkillTier = (typeof SKILL_TIERS)[number];

/** A skill that a workflow can name. */
export interface OfferedSkill extends Skill {
  /** Its name, for a plugin's `plugin:name`. */
  readonly id: string;
  readonly tier: SkillTier;
}

/** All skills that are there for a project, without those that are hidden by others. Unusable ones are left out; `maestro skills validate` says why. */
export async function offeredSkills(place: {
  readonly home: string;
  readonly directory: string;
  readonly clock: Clock;
}): Promise<readonly OfferedSkill[]> {
  const { home, directory, clock } = place;
  const allowClientKeys = true;
  const of = async (folder: string, tier: SkillTier): Promise<OfferedSkill[]> =>
    (await readSkills(folder, { allowClientKeys })).skills.map((skill) => ({ ...skill, id: skill.name, tier }));
  const plugins = await usedPlugins(place);
  const ofPlugins = plugins.flatMap(({ plugin }) =>
    plugin.skills.map((skill) => ({ ...skill, id: `${plugin.name}:${skill.name}`, tier: "plugin" as const })),
  );
  const all = [
    ...(await of(join(projectLock(directory, home, clock).directory, "skills"), "project")),
    ...(await of(join(userLock(home, clock).directory, "skills"), "user")),
    ...ofPlugins,
    ...(await of(packagePath("skills"), "built-in")),
  ];
  return all.filter((skill, at) => all.findIndex(({ id }) => id === skill.id) === at);
}

/**
 * The skills that are named, in that order. A bare name also finds the only plugin's skill of that name. Throws `unknown_skill`, also for a name that
 * several plugins use.
 */
export function chooseSkills(offered: readonly OfferedSkill[], names: readonly string[]): readonly OfferedSkill[] {
  return names.map((name) => {
    const exact = offered.find(({ id }) => id === name);
    if (exact !== undefined) return exact;
    const [only, ...others] = offered.filter((skill) => skill.name === name);
    if (only !== undefined && others.length === 0) return only;
    const choices = [only, ...others].flatMap((skill) => (skill === undefined ? [] : [skill.id]));
    const near = nearestOf(
      name,
      offered.map(({ id }) => id),
    );
    throw new MaestroError({
      code: "unknown_skill",
      message:
        choices.length > 1
          ? `Several plugins have a skill "${name}": ${choices.join(", ")}.`
          : `There is no skill "${name}".`,
      hint: near === undefined || choices.length > 1 ? "`maestro skills list` shows all" : `did you mean "${near}"?`,
      facts: { skill: name },
    });
  });
}
