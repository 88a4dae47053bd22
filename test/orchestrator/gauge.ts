import type { SqliteDatabase, SqliteStatement } from "../../src/base/sqlite-module.ts";

/** Counts what a record asks of its database. */
export class Gauge {
  readonly database: SqliteDatabase;
  #statements = 0;
  #rows = 0;

  constructor(database: SqliteDatabase) {
    this.database = {
      exec: (sql) => database.exec(sql),
      prepare: (sql) => this.#counted(database.prepare(sql)),
      close: () => database.close(),
    };
  }

  /** Statements that ran and rows that they returned, since the last reading. */
  read(): { readonly statements: number; readonly rows: number } {
    const reading = { statements: this.#statements, rows: this.#rows };
    this.#statements = 0;
    this.#rows = 0;
    return reading;
  }

  #counted(statement: SqliteStatement): SqliteStatement {
    return {
      run: (...parameters) => {
        this.#statements += 1;
        return statement.run(...parameters);
      },
      get: (...parameters) => {
        this.#statements += 1;
        this.#rows += 1;
        return statement.get(...parameters);
      },
      all: (...parameters) => {
        const found = statement.all(...parameters);
        this.#statements += 1;
        this.#rows += found.length;
        return found;
      },
      iterate: (...parameters) => statement.iterate(...parameters),
      columns: () => statement.columns(),
      setReadBigInts: (enabled) => statement.setReadBigInts(enabled),
    };
  }
}
