import { Liquid, LiquidError, type Template } from "liquidjs";
import { MaestroError, messageOf } from "../base/errors.ts";
import type { SourceFile } from "./problems.ts";

/** Longest template in characters, longest rendering in milliseconds, most characters and list items that it may make. */
const LIMITS = { parseLimit: 1_000_000, renderLimit: 2_000, memoryLimit: 10_000_000 };

// Strict (S-056, S-220); an empty map of templates takes the place of the file system, so includes find nothing.
const liquid = new Liquid({
  ...LIMITS,
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  templates: {},
  timezoneOffset: 0,
});

/** Throws `template_parse_error`, located in the file, when its body is no template: bad syntax, unknown tags and filters. */
export function checkTemplate(source: SourceFile): void {
  try {
    liquid.parse(source.front.body);
  } catch (error) {
    const { line, column } = placeOf(error);
    const at = { path: source.path, line: line + source.front.bodyLineOffset, column };
    throw new MaestroError({
      code: "template_parse_error",
      message: `${source.label}:${at.line}:${at.column} ${reasonOf(error)}`,
      facts: at,
      cause: error,
    });
  }
}

const parsed = new Map<string, Template[]>();
/** A service has one prompt, or two around a reload. */
const KEPT_TEMPLATES = 8;

/** Where a template comes from: the file, and the line of its first character there. */
export interface TemplateOrigin {
  readonly path: string;
  readonly line: number;
}

/** Renders a template. Throws `template_render_error` with facts {path, line, column} of its file (S-059, S-222). */
export function renderTemplate(template: string, variables: object, origin: TemplateOrigin): string {
  try {
    const text: unknown = liquid.renderSync(parse(template), variables);
    return String(text);
  } catch (error) {
    const { line, column } = placeOf(error);
    const at = { path: origin.path, line: origin.line + line - 1, column };
    throw new MaestroError({
      code: "template_render_error",
      message: `${at.path}:${at.line}:${at.column} the prompt cannot be rendered: ${reasonOf(error)}`,
      hint: "Correct the text below the front matter; the workflow guide lists the variables.",
      facts: at,
      cause: error,
    });
  }
}

function parse(template: string): Template[] {
  const known = parsed.get(template);
  if (known !== undefined) return known;
  const fresh = liquid.parse(template);
  const [oldest] = parsed.keys();
  if (parsed.size >= KEPT_TEMPLATES && oldest !== undefined) parsed.delete(oldest);
  parsed.set(template, fresh);
  return fresh;
}

function placeOf(error: unknown): { line: number; column: number } {
  if (!LiquidError.is(error)) return { line: 1, column: 1 };
  const [line, column] = error.token.getPosition();
  return { line: line ?? 1, column: column ?? 1 };
}

function reasonOf(error: unknown): string {
  if (!LiquidError.is(error)) return messageOf(error);
  return (error.originalError?.message ?? error.message).replace(/, line:\d+, col:\d+$/, "");
}
