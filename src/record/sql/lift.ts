import { laneOf } from "../map.ts";
import { prepareQuery, statementOf } from "./query.ts";
import { assertReadable, FIRST_READER, indexOfNames, metaValue, SCHEMA_VERSION } from "./schema-steps.ts";
import type { Store } from "./store.ts";
import type { LaneRow } from "./tables.ts";

/** Lanes that are lifted at once. */
const PAGE = 500;

type Place = Pick<LaneRow, "workflow_id" | "id">;

const lanesAfter = prepareQuery<Place & { limit: number }, Pick<LaneRow, "workflow_id" | "id" | "data">>(
  (build, value) =>
    build
      .selectFrom("lanes")
      .select(["workflow_id", "id", "data"])
      .where((row) =>
        row.or([
          row("workflow_id", ">", value("workflow_id")),
          row.and([row("workflow_id", "=", value("workflow_id")), row("id", ">", value("id"))]),
        ]),
      )
      .orderBy("workflow_id")
      .orderBy("id")
      .limit(value("limit")),
);

const nameLane = prepareQuery<Place & { identifier: string }, unknown>((build, value) =>
  build
    .updateTable("lanes")
    .set({ identifier: value("identifier") })
    .where("workflow_id", "=", value("workflow_id"))
    .where("id", "=", value("id")),
);

/** Brings the tables of an earlier version up to date, in the caller's transaction. Throws like `assertReadable`. */
export async function liftTables(store: Store): Promise<void> {
  await assertReadable(store);
  if (Number(await metaValue(store, "version")) === SCHEMA_VERSION) return;
  const { build } = store;
  // Version 2 finds lanes by what people call their issue.
  await store.run(statementOf(build.schema.alterTable("lanes").addColumn("identifier", "text")));
  for (let last: Place = { workflow_id: "", id: "" }; ; ) {
    const rows = await store.run(lanesAfter(build, { ...last, limit: PAGE }));
    await store.runAll(
      rows.map(({ workflow_id, id, data }) =>
        nameLane(build, { workflow_id, id, identifier: laneOf({ id, data }).issue.identifier }),
      ),
    );
    const end = rows.at(-1);
    if (end === undefined || rows.length < PAGE) break;
    last = { workflow_id: end.workflow_id, id: end.id };
  }
  const meta = (key: string, value: string) => build.updateTable("meta").set({ value }).where("key", "=", key);
  await store.runAll(
    [indexOfNames(build), meta("version", String(SCHEMA_VERSION)), meta("reader", FIRST_READER)].map(statementOf),
  );
}
