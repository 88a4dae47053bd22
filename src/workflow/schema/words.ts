import { type TProperties, Type } from "typebox";
import type { JsonObject } from "../../base/json-value.ts";

/** Keys that begin with `x-` are the user's own: kept out of everything, never an error. */
export const FREE_KEYS = { "^x-": {} };

/** A part of the file: unknown keys are refused, left out it is there with its defaults. */
export function section<T extends TProperties>(description: string, properties: T) {
  return Type.Object(properties, {
    additionalProperties: false,
    patternProperties: FREE_KEYS,
    default: {},
    description,
  });
}

/** A text that is not empty. */
export const text = (description: string) => Type.String({ minLength: 1, description });
/** A text that may be left out. */
export const optionalText = (description: string) => Type.Optional(text(description));
/** A text with a default. */
export const textOr = (fallback: string, description: string) =>
  Type.String({ minLength: 1, default: fallback, description: `${description} Default ${fallback}.` });
/** A whole number from 1 with a default. */
export const count = (fallback: number, description: string) =>
  Type.Integer({ minimum: 1, default: fallback, description: `${description} Default ${fallback}.` });
/** A list of names. */
export const names = (description: string, options: { default?: string[] } = {}) =>
  Type.Array(Type.String({ pattern: "\\S" }), { ...options, description });
/** Names with a text each. */
export const texts = (description: string) =>
  Type.Record(Type.String(), Type.String(), { default: {}, description: `${description} Default none.` });
/** Keys that somebody else checks. */
export const block = (description: string) => Type.Unsafe<JsonObject>({ type: "object", default: {}, description });
