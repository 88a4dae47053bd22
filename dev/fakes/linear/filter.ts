import { isJson, type Json } from "../shared/json.ts";
import { refusal } from "./refusal.ts";

type Test = (value: unknown, operand: unknown) => boolean;

const lower = (value: unknown) => String(value ?? "").toLowerCase();
/** Instants compare as instants, numbers as numbers. */
const rank = (value: unknown) => (typeof value === "number" ? value : Date.parse(String(value)));
const has: Test = (value, text) => String(value ?? "").includes(String(text));
const isIn: Test = (value, list) => Array.isArray(list) && list.includes(value);

const TESTS: Readonly<Record<string, Test>> = {
  eq: (value, other) => value === other,
  neq: (value, other) => value !== other,
  in: isIn,
  nin: (value, list) => !isIn(value, list),
  null: (value, wanted) => (value === null || value === undefined) === wanted,
  gt: (value, other) => rank(value) > rank(other),
  gte: (value, other) => rank(value) >= rank(other),
  lt: (value, other) => rank(value) < rank(other),
  lte: (value, other) => rank(value) <= rank(other),
  contains: has,
  notContains: (value, text) => !has(value, text),
  containsIgnoreCase: (value, text) => lower(value).includes(lower(text)),
  notContainsIgnoreCase: (value, text) => !lower(value).includes(lower(text)),
  startsWith: (value, text) => String(value ?? "").startsWith(String(text)),
  notStartsWith: (value, text) => !String(value ?? "").startsWith(String(text)),
  endsWith: (value, text) => String(value ?? "").endsWith(String(text)),
  notEndsWith: (value, text) => !String(value ?? "").endsWith(String(text)),
  eqIgnoreCase: (value, text) => lower(value) === lower(text),
  neqIgnoreCase: (value, text) => lower(value) !== lower(text),
};

/** Whether a value (an entity's view, a list of views or a plain value) satisfies a filter of Linear's schema. */
export function matches(value: unknown, filter: Json): boolean {
  return Object.entries(filter).every(([key, operand]) => operand === null || matchesKey(value, key, operand));
}

function matchesKey(value: unknown, key: string, operand: unknown): boolean {
  if (key === "and") return filtersOf(operand).every((one) => matches(value, one));
  if (key === "or") return filtersOf(operand).some((one) => matches(value, one));
  if (Array.isArray(value)) return matchesList(value, key, operand);
  if (key === "null") return (value === null || value === undefined) === operand;
  if (value === null || value === undefined) return isNegative(key) && !isJson(operand);
  if (!isJson(value)) return testOf(key)(value, operand);
  if (!isJson(operand) || !(key in value))
    throw refusal(`Filter ${key} is not served`, `The filter ${key} is not known.`);
  return matches(readKey(value, key), operand);
}

/** `some`, `every` and `length`; a bare filter means `some`. */
function matchesList(list: readonly unknown[], key: string, operand: unknown): boolean {
  if (!isJson(operand)) throw refusal(`Filter ${key} needs an object`, "The filter is malformed.");
  if (key === "some") return list.some((one) => matches(one, operand));
  if (key === "every") return list.every((one) => matches(one, operand));
  if (key === "length") return matches(list.length, operand);
  return list.some((one) => matchesKey(one, key, operand));
}

function testOf(key: string): Test {
  const test = TESTS[key];
  if (test === undefined) throw refusal(`Comparator ${key} is not served`, `The comparator ${key} is not known.`);
  return test;
}

/** What is not there is different from everything. */
function isNegative(key: string): boolean {
  return key === "neq" || key === "nin" || key.startsWith("not") || key === "neqIgnoreCase";
}

function filtersOf(operand: unknown): Json[] {
  return Array.isArray(operand) ? operand.filter(isJson) : [];
}

/** Views answer with functions where a field has arguments; a filter sees the whole list behind a connection. */
function readKey(view: Json, key: string): unknown {
  const list = view[`$${key}`];
  const value = list ?? view[key];
  return typeof value === "function" ? (value as () => unknown)() : value;
}
