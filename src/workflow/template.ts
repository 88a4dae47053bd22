import { Liquid, LiquidError, type Template } from "liquidjs";
import { MaestroError, messageOf } from "../base/errors.ts";
import type { PromptPart } from "../model/profile.ts";
import type { SourceFile } from "./problems.ts";
import { partName } from "./profile-parts.ts";
import { didYouMean } from "./schema-problems.ts";

/** Longest template in characters, longest rendering in milliseconds, most characters and list items that it may make. */
const LIMITS = { parseLimit: 1_000_000, renderLimit: 2_000, memoryLimit: 10_000_000 };

/** Pieces of prompt by the name that a template renders them by. */
export type PromptParts = Readonly<Record<string, PromptPart>>;

interface Engine {
  readonly liquid: Liquid;
  readonly parsed: Map<string, Template[]>;
}

const NO_PARTS: PromptParts = {};
const engines = new WeakMap<PromptParts, Engine>();
/** A service has one prompt, or two around a reload. */
const KEPT_TEMPLATES = 8;

// Strict (S-056, S-220). The map of templates takes the place of the file system: nothing but the profile's parts can be rendered.
function engineOf(parts: PromptParts): Engine {
  const known = engines.get(parts);
  if (known !== undefined) return known;
  const templates = Object.fromEntries(Object.entries(parts).map(([name, { text }]) => [name, text]));
  const liquid = new Liquid({
    ...LIMITS,
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    templates,
    timezoneOffset: 0,
  });
  const engine = { liquid, parsed: new Map<string, Template[]>() };
  engines.set(parts, engine);
  return engine;
}

/**
 * Throws `template_parse_error`, located in the file, when its body is no template: bad syntax, unknown tags and filters, a part that the
 * profile does not have, parts that render each other in a circle.
 */
export function checkTemplate(source: SourceFile, parts: readonly SourceFile[]): void {
  const known = new Map(parts.map((part) => [partName(part), part]));
  for (const { name, ...place } of rendersOf(source)) {
    if (!known.has(name)) {
      const names = known.size === 0 ? "the profile has none" : `known: ${[...known.keys()].join(", ")}`;
      throw parseFailure(source, place, `there is no part "${name}"; ${names}`, didYouMean(name, known.keys()));
    }
    if (known.get(partName(source)) === source && leadsTo(known, name, partName(source))) {
      throw parseFailure(source, place, `the part "${name}" comes back to this one without an end`);
    }
  }
}

/** Whether rendering a part comes to another one. */
function leadsTo(parts: ReadonlyMap<string, SourceFile>, from: string, wanted: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === wanted) return true;
    const part = parts.get(name);
    if (part === undefined || seen.has(name)) continue;
    seen.add(name);
    open.push(...rendersOf(part).map((next) => next.name));
  }
  return false;
}

interface Place {
  readonly line: number;
  readonly column: number;
}

/** What a file's body renders by a name that is written out. Throws `template_parse_error`. */
function rendersOf(source: SourceFile): (Place & { readonly name: string })[] {
  const found: (Place & { readonly name: string })[] = [];
  const walk = (templates: readonly Template[]): void => {
    for (const template of templates) {
      const name = template.partialScope?.()?.name;
      if (name !== undefined) found.push({ name, ...placeIn(template.token) });
      walk(childrenOf(template));
    }
  };
  walk(parseSource(source));
  return found;
}

function parseSource(source: SourceFile): Template[] {
  try {
    return engineOf(NO_PARTS).liquid.parse(source.front.body);
  } catch (error) {
    throw parseFailure(source, placeOf(error), reasonOf(error), undefined, error);
  }
}

/** The templates inside a tag; the library hands them over one promise or list at a time. */
function childrenOf(template: Template): Template[] {
  const steps = template.children?.(false, true);
  if (steps === undefined) return [];
  let step = steps.next();
  while (!step.done) step = steps.next(step.value);
  return step.value;
}

function parseFailure(source: SourceFile, place: Place, reason: string, hint?: string, cause?: unknown): MaestroError {
  const at = { path: source.path, line: place.line + source.front.bodyLineOffset, column: place.column };
  const message = `${source.label}:${at.line}:${at.column} ${reason}`;
  return new MaestroError({ code: "template_parse_error", message, hint, facts: at, cause });
}

/** Where a template comes from: the file, and the line of its first character there. */
export type TemplateOrigin = Omit<PromptPart, "text">;

/**
 * Renders a template; what it renders of `parts` sees the same variables. Throws `template_render_error` with facts {path, line, column} of
 * the file that the mistake is in (S-059, S-222).
 */
export function renderTemplate(
  template: string,
  variables: object,
  origin: TemplateOrigin,
  parts: PromptParts = NO_PARTS,
): string {
  try {
    const { liquid } = engineOf(parts);
    const text: unknown = liquid.renderSync(parse(engineOf(parts), template), variables, { globals: variables });
    return String(text);
  } catch (error) {
    const { line, column } = placeOf(error);
    const file = originOf(error, template, parts) ?? origin;
    const at = { path: file.path, line: file.line + line - 1, column };
    throw new MaestroError({
      code: "template_render_error",
      message: `${at.path}:${at.line}:${at.column} the prompt cannot be rendered: ${reasonOf(error)}`,
      hint: "Correct the text; the workflow guide lists the variables.",
      facts: at,
      cause: error,
    });
  }
}

/** The part that an error happened in; undefined for the template itself. */
function originOf(error: unknown, template: string, parts: PromptParts): TemplateOrigin | undefined {
  if (!LiquidError.is(error) || error.token.input === template) return undefined;
  return Object.values(parts).find(({ text }) => text === error.token.input);
}

function parse({ liquid, parsed }: Engine, template: string): Template[] {
  const known = parsed.get(template);
  if (known !== undefined) return known;
  const fresh = liquid.parse(template);
  const [oldest] = parsed.keys();
  if (parsed.size >= KEPT_TEMPLATES && oldest !== undefined) parsed.delete(oldest);
  parsed.set(template, fresh);
  return fresh;
}

function placeOf(error: unknown): Place {
  return LiquidError.is(error) ? placeIn(error.token) : { line: 1, column: 1 };
}

function placeIn(token: Template["token"]): Place {
  const [line, column] = token.getPosition();
  return { line: line ?? 1, column: column ?? 1 };
}

function reasonOf(error: unknown): string {
  if (!LiquidError.is(error)) return messageOf(error);
  const { originalError: original } = error;
  // Names that are made while rendering can still lead in a circle.
  if (original instanceof RangeError) return "its parts render each other without an end";
  return (original?.message ?? error.message).replace(/(?:, file:[^,]*)?, line:\d+, col:\d+$/, "");
}
