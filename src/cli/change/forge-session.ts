import type { Command } from "commander";
import { unknownChange } from "../../contracts/change-rules.ts";
import type { Forge } from "../../contracts/forge.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { Change } from "../../model/change.ts";
import type { App, Project, Target } from "../app.ts";
import type { Cli } from "../cli.ts";
import { using } from "../reading.ts";
import { targetOf } from "../target.ts";

/** One command's use of a forge. */
export interface ForgeSession {
  readonly app: App;
  readonly project: Project;
  readonly target: Target;
  readonly forge: Forge;
  readonly call: CallOptions;
}

/** Opens the forge of a command's workflow, uses it and closes it. Throws `no_forge`, the workflow's and the forge's codes. */
export async function withForge<R>(
  cli: Cli,
  command: Command,
  work: (session: ForgeSession) => Promise<R>,
): Promise<R> {
  const target = targetOf(command);
  const app = await cli.app();
  const project = await app.locate(target);
  const call = { signal: cli.terminal.signal };
  return using(await app.forge(project), (forge) => work({ app, project, target, forge, call }));
}

/** The change that a person names: its number (with or without `#`), or its branch. Throws `forge_not_found`. */
export async function findChange(
  { forge, call }: Pick<ForgeSession, "forge" | "call">,
  wanted: string,
): Promise<Change> {
  const id = wanted.replace(/^#/, "");
  const [numbered] = await forge.changesByIds([id], call);
  const found = numbered ?? (await forge.findChange(wanted, call));
  if (found !== undefined) return found;
  throw unknownChange(id);
}
