import type { ErrorObject } from "ajv";
import { refusal } from "./errors.ts";

/** A body that its schema accepts. Throws `invalid_body`, located at its first mistake. */
export function checked<T>(validate: { (data: unknown): data is T; errors?: ErrorObject[] | null }, body: unknown): T {
  if (validate(body)) return body;
  const [first] = validate.errors ?? [];
  const extra: unknown = first?.params.additionalProperty;
  const at = `body${first?.instancePath ?? ""}${typeof extra === "string" ? `/${extra}` : ""}`;
  const what = typeof extra === "string" ? "is not known here" : (first?.message ?? "is wrong");
  throw refusal("invalid_body", `${at} ${what}.`, at);
}
