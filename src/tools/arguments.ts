import type { ErrorObject } from "ajv";
import { MaestroError } from "../base/errors.ts";

interface Validate<T> {
  (data: unknown): data is T;
  errors?: ErrorObject[] | null;
}

/** The arguments, when they fit. Throws `invalid_arguments` with every place that does not. */
export function checkArguments<T>(validate: Validate<T>, args: unknown): T {
  if (validate(args)) return args;
  const places = [...new Set((validate.errors ?? []).map(describe))];
  throw new MaestroError({
    code: "invalid_arguments",
    message: places.length === 0 ? "The arguments do not fit the tool's schema." : places.join("; "),
    hint: "Call the tool again with arguments that fit its schema.",
    facts: { places },
  });
}

function describe({ instancePath, keyword, params, message }: ErrorObject): string {
  const place = instancePath === "" ? "arguments" : instancePath.slice(1).replaceAll("/", ".");
  if (keyword === "additionalProperties") return `${place}: unknown key "${String(params.additionalProperty)}"`;
  if (keyword === "required") return `${place}: "${String(params.missingProperty)}" is missing`;
  if (keyword === "const") return `${place}: must be ${JSON.stringify(params.allowedValue)}`;
  return `${place}: ${message ?? keyword}`;
}
