import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { Tables } from "./tables.ts";

/** Writes queries; never carries them out. */
export type Builder = Kysely<Tables>;

/** SQL with its values. `row` only carries the type of what it returns. */
export interface Statement<Row> {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly row?: Row;
}

/**
 * How a transaction commits: `full` survives a power failure, `normal` the death of the process. `read` sees one state and
 * writes nothing.
 */
export type TransactionMode = "full" | "normal" | "read";

/**
 * One connection to a database. All methods throw the codes of `WorkRecord`. After a failed statement the present
 * transaction cannot be committed any more.
 */
export interface Store {
  readonly build: Builder;
  /** Runs work that has the connection to itself, in the order of asking. Not re-entrant. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  run<Row>(statement: Statement<Row>): Promise<readonly Row[]>;
  /** Runs statements whose results do not matter, in order. */
  runAll(statements: readonly Statement<unknown>[]): Promise<void>;
  /** `changed`: somebody else may have written since this connection's last transaction. */
  begin(mode: TransactionMode): Promise<{ readonly changed: boolean }>;
  commit(): Promise<void>;
  /** Also when there is no transaction. Never throws. */
  rollback(): Promise<void>;
  /** A part of a transaction that can be undone alone. One at a time. */
  savepoint(): Promise<void>;
  release(): Promise<void>;
  undo(): Promise<void>;
  /** Dies: an open transaction is undone, and nothing that is asked from now on is ever answered. */
  abandon(): void;
  close(): Promise<void>;
}

/** A builder for one dialect. Building and carrying out are apart, so that SQLite runs without a single wait. */
export function buildFor(dialect: "sqlite" | "postgres"): Builder {
  const isSqlite = dialect === "sqlite";
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => (isSqlite ? new SqliteAdapter() : new PostgresAdapter()),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => (isSqlite ? new SqliteIntrospector(db) : new PostgresIntrospector(db)),
      createQueryCompiler: () => (isSqlite ? new SqliteQueryCompiler() : new PostgresQueryCompiler()),
    },
  });
}
