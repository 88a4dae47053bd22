import type { SqliteParameter } from "../../base/sqlite-module.ts";

/** Rows as the statement's type says. The columns are those of `tables.ts`, which made the tables. */
export function rowsOf<Row>(rows: readonly unknown[]): readonly Row[] {
  return rows as readonly Row[];
}

/** Values of a compiled statement: kysely hands on what the typed query was given. */
export function parametersOf(values: readonly unknown[]): readonly SqliteParameter[] {
  return values as readonly SqliteParameter[];
}
