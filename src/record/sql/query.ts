import { type Compilable, type RawBuilder, sql } from "kysely";
import type { Builder, Statement } from "./store.ts";

/** The values of a prepared query, by name. */
export type QueryValues = Readonly<Record<string, string | number | null>>;

/** A query that is compiled once for each builder and then only filled in. */
export type Query<Values extends QueryValues, Row> = (build: Builder, values: Values) => Statement<Row>;

class Slot {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Prepares a query. `value(name)` stands where a value goes; compiling costs more than SQLite needs to answer. */
export function prepareQuery<Values extends QueryValues, Row>(
  make: (
    build: Builder,
    value: <Name extends keyof Values & string>(name: Name) => RawBuilder<Values[Name]>,
  ) => Compilable<Row>,
): Query<Values, Row> {
  const compiled = new WeakMap<Builder, Statement<Row>>();
  const compile = (build: Builder): Statement<Row> => {
    const { sql: text, parameters } = make(build, (name) => sql`${new Slot(name)}`).compile();
    const statement = { sql: text, parameters };
    compiled.set(build, statement);
    return statement;
  };
  return (build, values) => {
    const { sql: text, parameters } = compiled.get(build) ?? compile(build);
    return { sql: text, parameters: parameters.map((slot) => (slot instanceof Slot ? values[slot.name] : slot)) };
  };
}

/** A query that is made for one use. */
export function statementOf<Row>(query: Compilable<Row>): Statement<Row> {
  const { sql: text, parameters } = query.compile();
  return { sql: text, parameters };
}
