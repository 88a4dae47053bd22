import type { Compilable, CreateTableBuilder } from "kysely";
import { MaestroError } from "../../base/errors.ts";
import { prepareQuery, statementOf } from "./query.ts";
import type { Builder, Statement, Store } from "./store.ts";

/** The version of the tables that this code reads and writes. */
export const SCHEMA_VERSION = 3;

/** The first Maestro that reads tables of `SCHEMA_VERSION`; older ones name it when they refuse. */
export const FIRST_READER = "0.1.0";

const readMeta = prepareQuery<{ key: string }, { value: string }>((build, value) =>
  build.selectFrom("meta").select("value").where("key", "=", value("key")),
);

/** What `meta` says, or `undefined`. */
export async function metaValue(store: Store, key: string): Promise<string | undefined> {
  const [row] = await store.run(readMeta(store.build, { key }));
  return row?.value;
}

/** Throws `record_newer` when the tables are of a later version; `record_corrupt` when `meta` makes no sense. Writes nothing. */
export async function assertReadable(store: Store): Promise<void> {
  const version = Number(await metaValue(store, "version"));
  if (version >= 1 && version <= SCHEMA_VERSION) return;
  if (!(version > SCHEMA_VERSION)) {
    throw new MaestroError({
      code: "record_corrupt",
      message: "The record does not say which version it has.",
      hint: "Restore a copy of record.db, or move it away to begin a new record.",
      facts: { table: "meta", key: "version" },
    });
  }
  const reader = (await metaValue(store, "reader")) ?? "a newer Maestro";
  throw new MaestroError({
    code: "record_newer",
    message: `The record was written by a newer Maestro (its version is ${version}, this one reads up to ${SCHEMA_VERSION}).`,
    hint: `Use Maestro ${reader} or later. The record was not touched.`,
    facts: { version, reads: SCHEMA_VERSION, reader },
  });
}

/** Makes all tables, in the caller's transaction. */
export async function createTables(store: Store): Promise<void> {
  const { build } = store;
  const meta = build.insertInto("meta").values([
    { key: "version", value: String(SCHEMA_VERSION) },
    { key: "reader", value: FIRST_READER },
    { key: "synced", value: "0" },
  ]);
  await store.runAll([...tables(build), ...indexes(build), statementOf(meta)]);
}

const KEYS: Readonly<Record<string, readonly string[]>> = {
  events: ["workflow_id", "seq"],
  lanes: ["workflow_id", "id"],
  runs: ["workflow_id", "lane_id", "number"],
  evidence: ["workflow_id", "seq"],
  outbox: ["workflow_id", "key"],
  ledger: ["workflow_id", "lane_id", "key"],
  commands: ["workflow_id", "id"],
  totals: ["workflow_id"],
  service: ["workflow_id"],
  meta: ["key"],
  work: ["workflow_id", "id"],
};

/** A name that ends with `?` may be null. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  events: ["workflow_id", "lane_id?", "type", "data"],
  lanes: ["workflow_id", "id", "issue_id", "identifier?", "data"],
  runs: ["workflow_id", "lane_id", "data"],
  evidence: ["workflow_id", "lane_id", "data"],
  outbox: ["workflow_id", "key", "lane_id", "data"],
  ledger: ["workflow_id", "lane_id", "key", "day", "data"],
  commands: ["workflow_id", "id", "actor", "verb", "arguments", "answer?"],
  totals: ["workflow_id", "data"],
  service: ["workflow_id", "data"],
  meta: ["key", "value"],
  work: ["workflow_id", "id", "lane_id", "kind", "machine", "state", "holder?", "payload"],
};

const NUMBERS: Readonly<Record<string, readonly string[]>> = {
  events: ["seq", "at", "run?", "run_seq?", "fence?", "version"],
  lanes: ["ordinal", "open", "closed_at?"],
  runs: ["number", "claimed_at"],
  evidence: ["seq"],
  outbox: ["position", "open"],
  commands: ["position", "asked_at"],
  work: ["position", "revoked", "fence?", "lease_ms?", "expires_at?"],
};

function tables(build: Builder): Statement<unknown>[] {
  return Object.keys(KEYS).map((name) => tableOf(build, name));
}

/** Makes one of the tables. */
export function tableOf(build: Builder, name: string): Statement<unknown> {
  let table: CreateTableBuilder<string, string> = build.schema.createTable(name);
  for (const column of TEXTS[name] ?? []) table = addColumn(table, column, "text");
  for (const column of NUMBERS[name] ?? []) table = addColumn(table, column, "bigint");
  return statementOf(table.addPrimaryKeyConstraint(`${name}_key`, [...(KEYS[name] ?? [])]));
}

function addColumn(
  table: CreateTableBuilder<string, string>,
  column: string,
  type: "text" | "bigint",
): CreateTableBuilder<string, string> {
  const name = column.replace("?", "");
  return table.addColumn(name, type, (definition) => (name === column ? definition.notNull() : definition));
}

/** The lanes of an issue by what people call it. */
export function indexOfNames(build: Builder): Compilable<unknown> {
  return build.schema.createIndex("lanes_name").on("lanes").columns(["workflow_id", "identifier", "ordinal"]);
}

/** The ledger by day. */
export function indexOfDays(build: Builder): Compilable<unknown> {
  return build.schema.createIndex("ledger_day").on("ledger").columns(["workflow_id", "day"]);
}

function indexes(build: Builder): Statement<unknown>[] {
  const on = (table: string, name: string, columns: readonly string[]) =>
    build.schema
      .createIndex(`${table}_${name}`)
      .on(table)
      .columns(["workflow_id", ...columns]);
  const all: Compilable<unknown>[] = [
    on("events", "lane", ["lane_id", "seq"]),
    on("events", "run", ["lane_id", "run", "run_seq"]).unique().where("run", "is not", null),
    on("events", "type", ["type", "seq"]),
    on("lanes", "open", ["id"]).where("open", "=", 1),
    on("lanes", "closed", ["open", "closed_at"]),
    on("lanes", "issue", ["issue_id", "ordinal"]),
    indexOfNames(build),
    indexOfDays(build),
    on("runs", "recent", ["claimed_at"]),
    on("evidence", "lane", ["lane_id", "seq"]),
    on("outbox", "open", ["position"]).where("open", "=", 1),
    on("outbox", "lane", ["lane_id"]),
    on("commands", "order", ["position"]),
    on("commands", "open", ["position"]).where("answer", "is", null),
    // Whoever waits for an answer knows nothing but the id.
    build.schema.createIndex("commands_id").on("commands").column("id"),
    on("work", "lane", ["lane_id"]).unique(),
    on("work", "queue", ["state", "position"]),
  ];
  return all.map(statementOf);
}
