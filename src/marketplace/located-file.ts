import { isNode, LineCounter, parseDocument } from "yaml";
import type { ErrorObject } from "ajv";
import { readTextIfExists } from "../base/atomic-file.ts";
import { nearestOf } from "../base/nearest.ts";
import type { Finding, Findings } from "./finding.ts";

type Path = readonly (string | number)[];

/** A JSON or YAML file whose values know where they stand. */
export interface LocatedFile {
  readonly data: unknown;
  /** The place of a value, or of the nearest thing above it. */
  place(path: Path): Omit<Finding, "level" | "message">;
}

/** Reads a file; `undefined` when there is none or when it cannot be parsed, which is a finding. Throws `file_read_failed`-like system errors. */
export async function readLocated(path: string, file: string, findings: Findings): Promise<LocatedFile | undefined> {
  const text = await readTextIfExists(path);
  return text === undefined ? undefined : parseLocated(text, file, findings);
}

/** Parses a text that is JSON or YAML; `lineOffset` is how many lines stand above it in its file. */
export function parseLocated(text: string, file: string, findings: Findings, lineOffset = 0): LocatedFile | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true });
  const [fault] = document.errors;
  if (fault !== undefined) {
    const { line, col } = lines.linePos(fault.pos[0]);
    const [sentence = "cannot be read"] = fault.message.split("\n");
    findings.error({ file, line: line + lineOffset, column: col }, sentence.replace(/ at line .*$/, ""));
    return undefined;
  }
  const place = (path: Path): Omit<Finding, "level" | "message"> => {
    for (let length = path.length; length > 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true);
      if (!isNode(node) || node.range == null) continue;
      const { line, col } = lines.linePos(node.range[0]);
      return { file, line: line + lineOffset, column: col, key: path.join(".") };
    }
    return { file, line: 1 + lineOffset, column: 1, ...(path.length === 0 ? {} : { key: path.join(".") }) };
  };
  return { data: document.toJS({ maxAliasCount: 100 }), place };
}

/** Adds what a validator found, each at its place; an unknown key names the nearest known one. */
export function addSchemaFindings(
  { place }: LocatedFile,
  errors: readonly ErrorObject[],
  findings: Findings,
  knownKeys: readonly string[] = [],
): void {
  for (const { instancePath, keyword, params, message } of errors) {
    const path = instancePath
      .split("/")
      .slice(1)
      .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
    const told: Readonly<Record<string, unknown>> = params;
    if (keyword === "additionalProperties") {
      const key = String(told.additionalProperty);
      const near = nearestOf(key, knownKeys);
      findings.error(
        { ...place([...path, key]), ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }) },
        "this key is not known",
      );
    } else if (keyword === "required") {
      findings.error(place([...path, String(told.missingProperty)]), "is missing");
    } else if (keyword !== "if" && keyword !== "anyOf") {
      findings.error(place(path), sentenceOf(keyword, told, message));
    }
  }
  if (errors.length > 0 && !findings.hasErrors())
    findings.error(place([]), "does not have the shape that it must have");
}

function sentenceOf(keyword: string, told: Readonly<Record<string, unknown>>, message = "is not valid"): string {
  switch (keyword) {
    case "enum":
      return `must be one of ${Array.isArray(told.allowedValues) ? told.allowedValues.join(", ") : "the known values"}`;
    case "const":
      return `must be ${JSON.stringify(told.allowedValue)}`;
    case "pattern":
      return `must match ${String(told.pattern)}`;
    case "minLength":
      return "must not be empty";
    case "maxLength":
      return `must have at most ${String(told.limit)} characters`;
    default:
      return message;
  }
}
