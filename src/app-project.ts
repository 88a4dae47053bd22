import { realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { readTextIfExists, writeFileAtomic } from "./base/atomic-file.ts";
import type { Clock } from "./base/clock.ts";
import { MaestroError } from "./base/errors.ts";
import { makeFolder } from "./base/folder.ts";
import { exists } from "./base/presence.ts";
import type { Project, Target, Terminal } from "./cli/app.ts";
import {
  type ComposedTemplate,
  findTemplate,
  packagedFolder,
  stateDirectoryOf,
  workflowIdOf,
} from "./workflow/index.ts";

const DEFAULT_FILE = "WORKFLOW.md";

/** Where everything lives that must survive a checkout: `$MAESTRO_HOME`, else `~/.maestro`. */
export function homeOf(environment: Terminal["environment"]): string {
  const home = environment.MAESTRO_HOME;
  return home ? resolve(home) : join(environment.HOME || homedir(), ".maestro");
}

/** A project with the folder that relative paths of its workflow start in. */
export interface LocatedProject extends Project {
  readonly directory: string;
}

/** Finds the workflow file that a command is about. Throws `missing_workflow_file`, `unknown_template`, `usage`. */
export async function locateProject(target: Target, terminal: Terminal, clock: Clock): Promise<LocatedProject> {
  const given = target.path ?? target.config;
  if (target.template !== undefined && given !== undefined) {
    throw new MaestroError({ code: "usage", message: "Give a workflow file or --template, not both." });
  }
  return target.template === undefined
    ? fromFile(given ?? DEFAULT_FILE, terminal)
    : fromTemplate(target.template, terminal, clock);
}

async function fromFile(given: string, terminal: Terminal): Promise<LocatedProject> {
  const path = isAbsolute(given) ? given : resolve(terminal.cwd, given);
  const workflowPath = await realpath(path).catch(() => path);
  const id = workflowIdOf(workflowPath);
  return {
    id,
    workflowPath,
    directory: dirname(workflowPath),
    stateDirectory: stateDirectoryOf(homeOf(terminal.environment), id),
    demo: null,
  };
}

/** With a template the project is the current folder; a template that needs files of its own makes a demo elsewhere. */
async function fromTemplate(alias: string, terminal: Terminal, clock: Clock): Promise<LocatedProject> {
  const folder = await realpath(terminal.cwd);
  const home = homeOf(terminal.environment);
  const found = await findTemplate(alias, folder, async () => {
    const { pluginTemplates } = await import("./app-plugins.ts");
    return pluginTemplates({ home, directory: folder, clock });
  });
  const needsOne = needsDemo(alias) && !(await isInitialised(terminal.cwd));
  const demo = needsOne ? await (await import("./app-demo.ts")).makeDemo(home, alias) : null;
  const directory = demo ?? folder;
  if (found.kind === "composed") return { ...(await fromComposed(found.template, directory, home)), demo };
  const id = workflowIdOf(found.path, directory);
  return { id, workflowPath: found.path, directory, stateDirectory: stateDirectoryOf(home, id), demo };
}

/** A composed file is kept in the project's state, where messages can point into it. */
async function fromComposed(template: ComposedTemplate, directory: string, home: string): Promise<LocatedProject> {
  // The id is the alias's, as if the file were packaged.
  const id = workflowIdOf(join(packagedFolder("templates"), `${template.alias}.md`), directory);
  const stateDirectory = stateDirectoryOf(home, id);
  const workflowPath = join(stateDirectory, "template.md");
  if ((await readTextIfExists(workflowPath)) !== template.text) {
    await makeFolder(stateDirectory);
    await writeFileAtomic(workflowPath, template.text);
  }
  return { id, workflowPath, directory, stateDirectory, demo: null };
}

/** Issues and changes on this machine alone are for trying it out, until somebody keeps issues here. */
function needsDemo(alias: string): boolean {
  const [tracker, forge] = alias.split("/");
  return tracker === "local" && forge === "local";
}

/** Whether somebody keeps Maestro's things in this folder. */
async function isInitialised(directory: string): Promise<boolean> {
  return exists(join(directory, ".maestro", "issues"));
}
