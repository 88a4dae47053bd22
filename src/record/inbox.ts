import { stableJson } from "../base/json.ts";
import type { CommandInbox } from "../contracts/record.ts";
import type { Command } from "../model/command.ts";
import { commandOf } from "./map.ts";
import { prepareQuery } from "./sql/query.ts";
import type { Builder, Statement } from "./sql/store.ts";
import type { CommandRow } from "./sql/tables.ts";

type NewCommand = Omit<CommandRow, "position" | "answer">;

/** Adds a command behind all others. Asking twice with one id is asking once. */
const insertCommand = prepareQuery<NewCommand, unknown>((build, value) =>
  build
    .insertInto("commands")
    .values((row) => ({
      workflow_id: value("workflow_id"),
      id: value("id"),
      position: row
        .selectFrom("commands as others")
        .select((other) => other(other.fn.coalesce(other.fn.max("others.position"), other.lit(0)), "+", 1).as("next"))
        .where("others.workflow_id", "=", value("workflow_id")),
      actor: value("actor"),
      verb: value("verb"),
      arguments: value("arguments"),
      asked_at: value("asked_at"),
      answer: null,
    }))
    .onConflict((conflict) => conflict.columns(["workflow_id", "id"]).doNothing()),
);

const selectById = prepareQuery<{ id: string }, CommandRow>((build, value) =>
  build.selectFrom("commands").selectAll().where("id", "=", value("id")),
);

/** How an inbox reaches the database: `write` is durable when it resolves. */
export interface InboxSource {
  readonly build: Builder;
  read<Row>(statement: Statement<Row>): Promise<readonly Row[]>;
  write(statement: Statement<unknown>): Promise<void>;
}

/** The command inbox of a store. `mask` removes secrets from a row before it is written. */
export function inboxOf(
  source: InboxSource,
  mask: (command: Omit<Command, "answer">) => Omit<Command, "answer">,
): CommandInbox {
  return {
    ask: async (command) => {
      const { id, workflowId, actor, verb, arguments: given, askedAt } = mask(command);
      const row = { workflow_id: workflowId, id, actor, verb, arguments: stableJson(given), asked_at: askedAt };
      await source.write(insertCommand(source.build, row));
    },
    answer: async (id) => {
      const [row] = await source.read(selectById(source.build, { id }));
      return row === undefined ? null : commandOf(row).answer;
    },
  };
}
