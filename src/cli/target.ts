import type { Command } from "commander";
import type { Target } from "./app.ts";
import { usageError } from "./problem.ts";

/** The options that say which workflow a command is about. */
export interface TargetOptions {
  readonly template?: string;
  readonly profile?: string;
  readonly config?: string;
}

/** Adds them to a command. */
export function withTarget(command: Command): Command {
  return command
    .option("--template <alias>", "use a packaged workflow file, e.g. local/local/mock")
    .option("--profile <kind>", "with --template: the profile, instead of the usual one")
    .option("--config <path>", "the workflow file (default: WORKFLOW.md)");
}

/** The target of a command, also when its options stand before the command's name. Throws `usage`. */
export function targetOf(command: Command, path?: string): Target {
  const { template: alias, profile, config } = command.optsWithGlobals<TargetOptions>();
  if (profile !== undefined && alias === undefined) {
    throw usageError(
      "--profile needs --template.",
      "A workflow file names its profile itself, in workflow.profile.kind.",
    );
  }
  const template = alias === undefined ? undefined : templateAlias(alias, profile);
  const given = [path, template, config].filter((part) => part !== undefined);
  if (given.length > 1) throw usageError("Give one of PATH, --template and --config.");
  return {
    ...(path === undefined ? {} : { path }),
    ...(template === undefined ? {} : { template }),
    ...(config === undefined ? {} : { config }),
  };
}

/** The alias of a template with the profile that was asked for. Throws `usage` when it names another one. */
export function templateAlias(alias: string, profile: string | undefined): string {
  if (profile === undefined) return alias;
  const named = /\.([^./]+)$/.exec(alias.replace(/\.md$/, ""))?.[1];
  if (named === undefined) return `${alias.replace(/\.md$/, "")}.${profile}`;
  if (named === profile) return alias;
  throw usageError(`The template ${alias} and --profile ${profile} name two profiles. Give one of them.`);
}
