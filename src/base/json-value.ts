/** A JSON array. Readonly, so that callers may pass frozen data. */
export type JsonArray = readonly JsonValue[];

/** A JSON object. A type alias (not an interface of known keys) is assignable to it. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Everything that JSON can carry. */
export type JsonValue = null | boolean | number | string | JsonArray | JsonObject;
