import { expect, it, vi } from "vitest";
import { sqliteCode } from "../../src/base/errors.ts";
import { loadSqlite } from "../../src/base/sqlite-module.ts";

it("loadSqlite gives a working database and leaves emitWarning as it was", async () => {
  const emit = process.emitWarning;
  const Database = await loadSqlite();
  expect(process.emitWarning).toBe(emit);
  const database = new Database(":memory:");
  database.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT) STRICT");
  const insert = database.prepare("INSERT INTO t (name) VALUES (?)");
  expect(insert.run("a").changes).toBe(1);
  expect(database.prepare("SELECT name FROM t WHERE id = :id").get({ id: 1 })).toEqual({ name: "a" });
  expect(
    database
      .prepare("SELECT * FROM t")
      .columns()
      .map((column) => column.name),
  ).toEqual(["id", "name"]);
  expect(() => database.exec("INSERT INTO t (id) VALUES (1)")).toThrowError(
    expect.toSatisfy((error) => sqliteCode(error) === 19),
  );
  database.close();
});

it("drops SQLite's experimental warning during the load and no other", async () => {
  const seen = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  const load = vi.spyOn(process, "getBuiltinModule").mockImplementation(() => {
    process.emitWarning("SQLite is an experimental feature and might change at any time", "ExperimentalWarning");
    process.emitWarning("Something else is wrong", "DeprecationWarning", "DEP1");
    return undefined;
  });
  await loadSqlite();
  expect(seen.mock.calls).toEqual([["Something else is wrong", "DeprecationWarning", "DEP1"]]);
  load.mockRestore();
  seen.mockRestore();
});
