import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { MaestroError } from "../base/errors.ts";
import { exists } from "../base/presence.ts";
import type { ComposedTemplate } from "../workflow/index.ts";
import type { Cli } from "./cli.ts";
import { usageError } from "./problem.ts";
import { table } from "./table.ts";
import { commandLine } from "./next-command.ts";
import { templateAlias } from "./target.ts";

interface InitOptions {
  readonly template?: string;
  readonly profile?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const DEFAULT_FILE = "WORKFLOW.md";

const EXAMPLES = `
Examples:
  maestro init                                        a WORKFLOW.md that fits this folder
  maestro init --template local/local/mock            <tracker>/<forge>/<agent>
  maestro init --template memory/no_repo/mock --profile triage
  maestro init team/WORKFLOW.md --force               replace the file that is there`;

/** `maestro init`. */
export function fillInit(init: Command, cli: Cli): void {
  init
    .option("--template <alias>", "<tracker>/<forge>/<agent>[.<profile>] (default: what fits this folder)")
    .option("--profile <kind>", "the profile, instead of the usual one")
    .option("--force", "replace a file that is there")
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (path: string | undefined, _options: InitOptions, command: Command) => {
      await write(cli, path ?? DEFAULT_FILE, command.optsWithGlobals<InitOptions>());
    });
}

async function write(cli: Cli, given: string, options: InitOptions): Promise<void> {
  const { terminal } = cli;
  const path = isAbsolute(given) ? given : resolve(terminal.cwd, given);
  const alias = templateAlias(options.template ?? (await fittingTemplate(dirname(path))), options.profile);
  const { composeTemplate, isComposedAlias } = await import("../workflow/index.ts");
  if (!isComposedAlias(alias)) {
    throw usageError(
      `"${alias}" is no template.`,
      "An alias is <tracker>/<forge>/<agent>[.<profile>], e.g. local/local/mock.",
    );
  }
  // Only who names a template can mean one of a plugin's.
  const more = options.template === undefined ? [] : await (await cli.app()).templateFolders(dirname(path));
  const template = await composeTemplate(alias, dirname(path), more);
  if (!options.force) await refuseExisting(path, given);
  await writeFileAtomic(path, template.text);
  const missing = template.environment.filter(({ name }) => !terminal.environment[name]);
  const shown = isAbsolute(given) ? given : relative(terminal.cwd, path);
  const next = nextCommand(cli, shown, template, missing.length > 0);
  if (options.json) cli.printJson({ version: 1, path, template: template.alias, missing, next });
  else cli.print(...report(shown, template, missing, next));
}

/** The local forge needs a repository of Git to begin with. */
async function fittingTemplate(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    if (await exists(join(at, ".git"))) return "local/local/mock";
    if (dirname(at) === at) return "local/no_repo/mock";
  }
}

async function refuseExisting(path: string, given: string): Promise<void> {
  if (!(await exists(path))) return;
  throw new MaestroError({
    code: "file_exists",
    message: `${given} is there already.`,
    hint: "`maestro workflow validate` checks it; --force replaces it.",
    facts: { path },
  });
}

function nextCommand(cli: Cli, path: string, template: ComposedTemplate, isIncomplete: boolean): string {
  const target = path === DEFAULT_FILE ? {} : { path };
  if (isIncomplete) return commandLine(cli, target, "workflow", "validate");
  return commandLine(cli, target, ...(template.next ?? ["--dry-run"]));
}

function report(
  path: string,
  { alias, parts }: ComposedTemplate,
  missing: ComposedTemplate["environment"],
  next: string,
): string[] {
  const rows = parts.map(({ axis, kind, about }) => [axis, kind, about]);
  const variables = missing.map(({ name, purpose }) => [name, purpose]);
  return [
    `Wrote ${path} from the template ${alias}.`,
    "",
    ...table(["PART", "KIND", "WHAT IT IS"], rows),
    "",
    ...(missing.length === 0
      ? []
      : ["These variables are not set yet:", ...table(["NAME", "WHAT FOR"], variables), ""]),
    `Next: ${next}`,
  ];
}
