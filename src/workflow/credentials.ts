import { MaestroError, toMaestroError } from "../base/errors.ts";
import { isJsonArray, isJsonObject, type JsonValue } from "../base/json.ts";
import type { WorkflowInput } from "./input.ts";

const REFERENCE = /^credential:\/\//;

/** Whether a value refers to the credential store. */
export function isCredentialReference(value: string): boolean {
  return REFERENCE.test(value);
}

/** The secrets behind every `credential://` in a file, or why one cannot be had, by reference. */
export async function readCredentials(
  resolve: WorkflowInput["credentials"],
  config: JsonValue,
): Promise<ReadonlyMap<string, string | MaestroError>> {
  const found = new Map<string, string | MaestroError>();
  for (const reference of new Set(referencesIn(config))) {
    try {
      found.set(reference, (await resolve?.(reference)) ?? noStore(reference));
    } catch (error) {
      found.set(reference, toMaestroError(error));
    }
  }
  return found;
}

function referencesIn(value: JsonValue): readonly string[] {
  if (typeof value === "string") return isCredentialReference(value) ? [value] : [];
  if (isJsonArray(value)) return value.flatMap(referencesIn);
  return isJsonObject(value) ? Object.values(value).flatMap(referencesIn) : [];
}

function noStore(reference: string): MaestroError {
  return new MaestroError({
    code: "credential_missing",
    message: `There is no credential for ${reference}.`,
    hint: "`maestro accounts import` keeps one.",
  });
}
