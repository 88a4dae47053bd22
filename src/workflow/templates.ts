import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { MaestroError } from "../base/errors.ts";
import { nearestOf } from "../base/nearest.ts";
import { type ComposedTemplate, composeTemplate, isComposedAlias } from "./compose.ts";
import { packagedFolder } from "./packaged.ts";

/** Hold the demo's code and issues, and the parts that other templates are made of; no workflow files. */
const OTHERS = ["demo/", "parts/"];
const SEGMENT = /^[a-z][a-z0-9_]*$/;
/** The agent's segment may carry a variant. */
const LAST_SEGMENT = /^[a-z][a-z0-9_]*(\.[a-z0-9_-]+)?$/;

/** The aliases of the packaged workflow files, `<tracker>/<forge>/<agent>[.<variant>]`, sorted. */
export async function listTemplates(): Promise<readonly string[]> {
  const root = packagedFolder("templates");
  const names = await readdir(root, { recursive: true });
  return names
    .filter((name) => name.endsWith(".md") && !OTHERS.some((folder) => name.startsWith(folder)))
    .map((name) => relative(root, join(root, name)).slice(0, -".md".length))
    .filter(isAlias)
    .sort();
}

/**
 * The absolute path of the packaged workflow file with this alias; a trailing `.md` is fine. Throws `unknown_template`, naming the known
 * ones, also for everything that is no alias: nothing outside the packaged folder is reached.
 */
export async function resolveTemplate(alias: string): Promise<string> {
  const wanted = alias.trim().replace(/\.md$/, "");
  const known = await listTemplates();
  if (known.includes(wanted)) return join(packagedFolder("templates"), `${wanted}.md`);
  const near = nearestOf(wanted, known);
  throw new MaestroError({
    code: "unknown_template",
    message: `There is no template "${alias}"; known: ${known.join(", ")}`,
    hint: near === undefined ? "an alias is <tracker>/<forge>/<agent>[.<variant>]" : `did you mean "${near}"?`,
    facts: { alias, known: [...known] },
  });
}

/** What an alias stands for: a packaged file, or a text that was put together from parts. */
export type FoundTemplate =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "composed"; readonly template: ComposedTemplate };

/** Finds a packaged file by its alias, or composes one; `directory` is the project, `ofPlugins` tells the folders that plugins bring. Throws what these three throw. */
export async function findTemplate(
  alias: string,
  directory: string,
  ofPlugins: () => Promise<readonly string[]> = async () => [],
): Promise<FoundTemplate> {
  const wanted = alias.trim().replace(/\.md$/, "");
  const isWhole = (await listTemplates()).includes(wanted);
  if (isWhole || !isComposedAlias(wanted)) return { kind: "file", path: await resolveTemplate(wanted) };
  return { kind: "composed", template: await composeTemplate(wanted, directory, await ofPlugins()) };
}

function isAlias(name: string): boolean {
  const segments = name.split("/");
  const last = segments.pop() ?? "";
  return segments.length === 2 && segments.every((segment) => SEGMENT.test(segment)) && LAST_SEGMENT.test(last);
}
