import type { ErrorObject } from "ajv";
import { MaestroError } from "../base/errors.ts";

interface Validate<T> {
  (data: unknown): data is T;
  errors?: ErrorObject[] | null;
}

/**
 * The arguments, or what stands at `place` in them, when they fit. Throws `invalid_arguments` with everything that does not.
 */
export function checkArguments<T>(validate: Validate<T>, args: unknown, place?: string): T {
  if (validate(args)) return args;
  const places = [...new Set((validate.errors ?? []).map((error) => describe(error, place)))];
  throw new MaestroError({
    code: "invalid_arguments",
    message: places.length === 0 ? "The arguments do not fit the tool's schema." : places.join("; "),
    hint: "Call the tool again with arguments that fit its schema.",
    facts: { places },
  });
}

function describe({ instancePath, keyword, params, message }: ErrorObject, above: string | undefined): string {
  const steps = [above ?? "", ...instancePath.split("/")].filter((step) => step !== "");
  const place = steps.length === 0 ? "arguments" : steps.join(".");
  if (keyword === "additionalProperties") return `${place}: unknown key "${String(params.additionalProperty)}"`;
  if (keyword === "required") return `${place}: "${String(params.missingProperty)}" is missing`;
  if (keyword === "const") return `${place}: must be ${JSON.stringify(params.allowedValue)}`;
  if (keyword === "enum") return `${place}: must be one of ${String(params.allowedValues)}`;
  return `${place}: ${message ?? keyword}`;
}
