import type { CommandInbox, RecordViews } from "../contracts/record.ts";
import { inboxOf } from "./inbox.ts";
import type { RecordSource } from "./open-record.ts";
import { metaValue } from "./sql/schema-steps.ts";
import type { Statement, Store } from "./sql/store.ts";
import { openReader, openVisitor } from "./sqlite/connection.ts";
import { SqlViews } from "./views/sql-views.ts";
import { viewSourceOf } from "./views/view-source.ts";

/** A record as other processes see it, also while a service writes. */
export interface RecordReader {
  readonly views: RecordViews;
  readonly inbox: CommandInbox;
  readonly source: RecordSource;
  close(): Promise<void>;
}

/** Where another process's record lies. */
export interface ReaderOptions {
  readonly file: string;
  readonly workflowId: string;
}

/** Opens a record for reading and asking. Throws `record_missing`, `record_newer`, `record_corrupt`, `record_failed`. */
export async function openRecordReader({ file, workflowId }: ReaderOptions): Promise<RecordReader> {
  const store = await openReader(file);
  const read = readFrom(store);
  const version = Number(await metaValue(store, "version"));
  let asking: Promise<CommandInbox & { close(): Promise<void> }> | undefined;
  const inbox = () => (asking ??= openInbox({ file }));
  return {
    views: new SqlViews(viewSourceOf(store, workflowId, read, version)),
    inbox: {
      ask: async (command) => (await inbox()).ask(command),
      answer: async (id) => (await inbox()).answer(id),
    },
    source: { store, workflowId, read },
    close: async () => {
      await store.close();
      await (await asking)?.close();
    },
  };
}

/** Opens the command inbox of another process's record. Throws like `openRecordReader`. */
export async function openInbox(options: {
  readonly file: string;
}): Promise<CommandInbox & { close(): Promise<void> }> {
  const store = await openVisitor(options.file);
  const write = (statement: Statement<unknown>) =>
    store.exclusive(async () => {
      try {
        await store.begin("full");
        await store.runAll([statement]);
        await store.commit();
      } catch (error) {
        await store.rollback();
        throw error;
      }
    });
  const inbox = inboxOf({ build: store.build, read: readFrom(store), write }, (command) => command);
  return { ...inbox, close: () => store.close() };
}

function readFrom(store: Store) {
  return <Row>(statement: Statement<Row>): Promise<readonly Row[]> => store.exclusive(() => store.run(statement));
}
