import { Document, isMap, isScalar, type Pair, type YAMLMap } from "yaml";
import { MaestroError } from "../base/errors.ts";
import { nearestOf } from "../base/nearest.ts";
import { knownParts, type Part, type PartAxis, readPart } from "./template-parts.ts";

/** A workflow file that was put together from parts. */
export interface ComposedTemplate {
  /** `<tracker>/<forge>/<agent>.<profile>`. */
  readonly alias: string;
  readonly text: string;
  /** What it was put together from. */
  readonly parts: readonly { readonly axis: PartAxis; readonly kind: string; readonly about: string }[];
  /** The variables that it refers to, each with what it is for. */
  readonly environment: readonly { readonly name: string; readonly purpose: string }[];
  /** The variables that may be unset, likewise. */
  readonly optional: readonly { readonly name: string; readonly purpose: string }[];
  /** The words of the command that comes next; `null`: nothing special. */
  readonly next: readonly string[] | null;
}

const ALIAS = /^([a-z][a-z0-9_]*)\/([a-z][a-z0-9_]*)\/([a-z][a-z0-9_]*)(?:\.([a-z][a-z0-9_]*))?$/;
const USUAL_PROFILE = "coding_pr_delivery";

/** Whether a text has the form of an alias: `<tracker>/<forge>/<agent>[.<profile>]`. */
export function isComposedAlias(alias: string): boolean {
  return ALIAS.test(alias);
}

/**
 * Puts a workflow file together from the parts that an alias names; without a profile the forge's usual one is taken. Parts in the project's
 * `.maestro/templates/` win over those in the folders `ofPlugins`, and these over the packaged ones; a part `kind.profile` is laid over `kind`. Throws `unknown_template`, naming
 * the known parts and the nearest, `template_part_invalid`, `file_read_failed`.
 */
export async function composeTemplate(
  alias: string,
  directory: string,
  ofPlugins: readonly string[] = [],
): Promise<ComposedTemplate> {
  const [, tracker = "", forge = "", agent = "", asked] = ALIAS.exec(alias) ?? [];
  const need = async (axis: PartAxis, kind: string): Promise<Part> =>
    (await readPart(axis, kind, directory, ofPlugins)) ??
    unknownPart(alias, axis, kind, await knownParts(axis, directory, ofPlugins));
  const forgePart = await need("forge", forge);
  const profile = asked ?? forgePart.meta.profile ?? USUAL_PROFILE;
  const chosen = [
    { axis: "profile", kind: profile, part: await need("profile", profile) },
    { axis: "tracker", kind: tracker, part: await need("tracker", tracker) },
    { axis: "forge", kind: forge, part: forgePart },
    { axis: "agent", kind: agent, part: await need("agent", agent) },
  ] as const;
  const document = new Document({});
  const root: unknown = document.contents;
  if (!isMap(root)) throw new TypeError("a document of a map is no map");
  const environment = new Map<string, string>();
  const optional = new Map<string, string>();
  for (const { axis, kind, part } of chosen) {
    const variant = axis === "profile" ? undefined : await readPart(axis, `${kind}.${profile}`, directory, ofPlugins);
    for (const { yaml, meta } of variant === undefined ? [part] : [part, variant]) {
      merge(root, yaml);
      for (const [name, purpose] of Object.entries(meta.environment)) environment.set(name, purpose);
      for (const [name, purpose] of Object.entries(meta.optional)) optional.set(name, purpose);
    }
  }
  if (optional.size > 0) {
    const pair = document.createPair("optional_environment", [...optional.keys()]);
    if (isScalar(pair.key))
      pair.key.commentBefore = " Where one of these is not set, what refers to it counts as left out.";
    root.items.push(pair);
  }
  for (const { key } of root.items.slice(1)) if (isScalar(key)) key.spaceBefore = true;
  const full = `${tracker}/${forge}/${agent}.${profile}`;
  document.commentBefore = ` Made from the template ${full}; \`maestro workflow explain\` says what a key is for.`;
  return {
    alias: full,
    text: `---\n${document.toString({ lineWidth: 0, flowCollectionPadding: true })}---\n${chosen[0].part.body}\n`,
    parts: chosen.map(({ axis, kind, part }) => ({ axis, kind, about: part.meta.about })),
    environment: listed(environment),
    optional: listed(optional),
    next: chosen[1].part.meta.next ?? null,
  };
}

function listed(variables: ReadonlyMap<string, string>): ComposedTemplate["environment"] {
  return [...variables].map(([name, purpose]) => ({ name, purpose }));
}

function unknownPart(alias: string, axis: PartAxis, kind: string, known: readonly string[]): never {
  const near = nearestOf(kind, known);
  // The other words of the alias are kept.
  const meant = alias
    .split(/([/.])/)
    .map((word) => (word === kind ? near : word))
    .join("");
  throw new MaestroError({
    code: "unknown_template",
    message: `There is no template "${alias}": no ${axis} is called "${kind}"; known: ${known.join(", ")}`,
    hint: near === undefined ? "an alias is <tracker>/<forge>/<agent>[.<profile>]" : `did you mean "${meant}"?`,
    facts: { alias, axis, known: [...known] },
  });
}

/** Lays one map over another; comments come along with their keys. */
function merge(target: YAMLMap, source: YAMLMap): void {
  // The library keeps a comment above the first key with the map.
  const first = source.items[0]?.key;
  if (isScalar(first) && source.commentBefore != null) first.commentBefore ??= source.commentBefore;
  source.commentBefore = null;
  for (const pair of source.items) {
    const same = target.items.find(({ key }) => nameOf({ key }) === nameOf(pair));
    if (same === undefined) target.items.push(pair);
    else if (isMap(same.value) && isMap(pair.value)) merge(same.value, pair.value);
    else same.value = pair.value;
  }
}

function nameOf({ key }: Pick<Pair, "key">): string {
  return String(isScalar(key) ? key.value : key);
}
