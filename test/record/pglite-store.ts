import type { PGlite } from "@electric-sql/pglite";
import { Mutex } from "../../src/base/mutex.ts";
import { buildFor, type Statement, type Store } from "../../src/record/index.ts";

const builder = buildFor("postgres");

/** A record's store on PostgreSQL, in the process. Proves that the tables and queries are not SQLite's alone. */
export function pgliteStore(database: PGlite): Store {
  const mutex = new Mutex();
  let dead = false;
  const never = <T>() => new Promise<T>(() => undefined);
  const alive = <T>(work: () => Promise<T>): Promise<T> => (dead ? never<T>() : work());
  const run = <Row>(statement: Statement<Row>) =>
    alive(async () => (await database.query<Row>(statement.sql, [...statement.parameters])).rows);
  const exec = (sql: string) => alive(async () => void (await database.exec(sql)));
  return {
    build: builder,
    exclusive: (work) => mutex.run(() => alive(work)),
    run,
    runAll: async (statements) => {
      for (const statement of statements) await run(statement);
    },
    begin: async (mode) => {
      await exec("begin");
      if (mode !== "read") await exec(`set local synchronous_commit = ${mode === "full" ? "on" : "off"}`);
      return { changed: false };
    },
    commit: () => exec("commit"),
    rollback: () => exec("rollback"),
    savepoint: () => exec("savepoint part"),
    release: () => exec("release part"),
    undo: () => exec("rollback to part; release part"),
    abandon: () => {
      dead = true;
    },
    close: async () => undefined,
  };
}
