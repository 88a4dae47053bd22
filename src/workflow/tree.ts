import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";

/** What stands at a path of keys, or undefined. */
export function valueAt(tree: JsonValue | undefined, keys: readonly string[]): JsonValue | undefined {
  const [first, ...rest] = keys;
  if (first === undefined) return tree;
  return isJsonObject(tree) && Object.hasOwn(tree, first) ? valueAt(tree[first], rest) : undefined;
}

/** Whether anything stands at a path of keys. */
export function isIn(tree: JsonObject, keys: readonly string[]): boolean {
  return valueAt(tree, keys) !== undefined;
}

/** The tree with a value at a path; what is no map on the way is replaced by one. */
export function putIn(tree: JsonObject, keys: readonly string[], value: JsonValue): JsonObject {
  const [first, ...rest] = keys;
  if (first === undefined) return tree;
  if (rest.length === 0) return { ...tree, [first]: value };
  const below = tree[first];
  return { ...tree, [first]: putIn(isJsonObject(below) ? below : {}, rest, value) };
}

/** The tree without what stands at a path. */
export function takeOut(tree: JsonObject, keys: readonly string[]): JsonObject {
  const [first, ...rest] = keys;
  if (first === undefined || !Object.hasOwn(tree, first)) return tree;
  if (rest.length === 0) {
    const { [first]: _, ...others } = tree;
    return others;
  }
  const below = tree[first];
  return isJsonObject(below) ? { ...tree, [first]: takeOut(below, rest) } : tree;
}
