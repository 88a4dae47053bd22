import type { Clock } from "../base/clock.ts";
import type { MaestroError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { SecretRegistry } from "../base/redact.ts";
import type { SqliteDatabase } from "../base/sqlite-module.ts";
import type { CommandInbox, WorkRecord } from "../contracts/record.ts";
import { Cache } from "./cache.ts";
import { inboxOf } from "./inbox.ts";
import type { Statement, Store } from "./sql/store.ts";
import { adoptWriter, openWriter } from "./sqlite/connection.ts";
import { sqlOf } from "./transaction.ts";
import { Trouble } from "./trouble.ts";
import { LiveViews } from "./views/live-views.ts";
import { SqlViews } from "./views/sql-views.ts";
import { viewSourceOf } from "./views/view-source.ts";
import { Writer } from "./writer.ts";

/** What a record needs to run. */
export interface RecordSetting {
  readonly workflowId: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Masked in everything that is written. */
  readonly secrets: SecretRegistry;
  /**
   * Lets what has arrived in this process ask for its commit before the next one begins: a commit to disk blocks, and what waits behind it
   * shares one this way. Default: only what is asked in the same breath shares a commit.
   */
  readonly breathe?: () => Promise<void>;
  /** Called when the disk is full, at most once a minute while it is, and with `null` when that is over. Must not throw. */
  readonly onTrouble?: (trouble: MaestroError | null) => void;
}

/**
 * Where a record lies: a file (or `:memory:`), a connection that the caller owns, or a store with tables (another
 * database, or one that several workflows share).
 */
export type RecordPlace = { readonly file: string } | { readonly database: SqliteDatabase } | { readonly store: Store };

/** What the tools of this folder and the engine read with. */
export interface RecordSource {
  readonly store: Store;
  readonly workflowId: string;
  /** Reads what is committed. */
  read<Row>(statement: Statement<Row>): Promise<readonly Row[]>;
}

/** An open record with the inbox that belongs to it. Only one may be open on a file at a time: the instance lock sees to it. */
export interface OpenRecord {
  readonly record: WorkRecord;
  readonly inbox: CommandInbox;
  /** For the engine and the tools of the record. */
  readonly source: RecordSource;
  /** Commits what was observed and closes; a connection that was passed in stays open. */
  close(): Promise<void>;
  /**
   * Dies like a killed process: what was not committed is gone, and nothing that was or will be asked is ever answered. A
   * connection that was passed in can be opened again.
   */
  abandon(): void;
  /** After rows of settled writes were removed. */
  forgetSettled(): void;
}

/**
 * Opens a record, or makes it. Throws `record_newer` (the file stays as it is), `record_corrupt`, `disk_full`,
 * `record_failed`.
 */
export async function openRecord(options: RecordSetting & RecordPlace): Promise<OpenRecord> {
  const { workflowId, clock, log, secrets } = options;
  const store = await openStore(options);
  const cache = new Cache(workflowId);
  try {
    await store.exclusive(() => cache.load(store));
  } catch (error) {
    await store.close();
    throw error;
  }
  const trouble = new Trouble(clock, log, options.onTrouble ?? (() => undefined));
  const writer = new Writer(
    { store, cache, workflowId, secrets },
    { clock, log, breathe: options.breathe ?? nextBreath, trouble },
  );
  const read = async <Row>(statement: Statement<Row>): Promise<readonly Row[]> => {
    await writer.assertOpen();
    return store.exclusive(() => store.run(statement));
  };
  const stored = new SqlViews(viewSourceOf(store, workflowId, read));
  const record: WorkRecord = {
    workflowId,
    transact: (work) => writer.transact(work),
    observe: (events) => writer.observe(events),
    flush: () => writer.flush(),
    trouble: () => trouble.current(),
    probe: () => writer.probe(),
    subscribe: (onCommit) => writer.subscribe(onCommit),
    views: new LiveViews(cache, stored, () => writer.assertOpen()),
    close: () => writer.close(),
  };
  const write = (statement: Statement<unknown>) =>
    record.transact(async (tx) => {
      await sqlOf(tx).run(statement);
    });
  const inbox = inboxOf({ build: store.build, read, write }, (command) => ({
    ...command,
    actor: secrets.redact(command.actor),
    arguments: secrets.redactValue(command.arguments),
  }));
  return {
    record,
    inbox,
    source: { store, workflowId, read },
    close: () => writer.close(),
    abandon: () => writer.abandon(),
    forgetSettled: () => cache.forgetSettled(),
  };
}

function nextBreath(): Promise<void> {
  return Promise.resolve();
}

function openStore(place: RecordPlace): Promise<Store> {
  if ("store" in place) return Promise.resolve(place.store);
  return "file" in place ? openWriter(place.file) : adoptWriter(place.database);
}
