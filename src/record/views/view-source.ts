import type { Builder, Statement, Store } from "../sql/store.ts";

/** How views read. */
export interface ViewSource {
  readonly build: Builder;
  readonly workflowId: string;
  /** Whether lanes carry what people call their issue; tables of version 1 do not, until the next writer lifts them. */
  readonly hasNames: boolean;
  /** Whether there is a ledger; before version 3 there is none. */
  readonly hasLedger: boolean;
  read<Row>(statement: Statement<Row>): Promise<readonly Row[]>;
  /** Reads several times and sees one state. */
  readTogether<T>(work: (source: ViewSource) => Promise<T>): Promise<T>;
}

/** What views read a store with; `read` reads one statement on its own. */
export function viewSourceOf(store: Store, workflowId: string, read: ViewSource["read"], version = 3): ViewSource {
  const { build } = store;
  const [hasNames, hasLedger] = [version >= 2, version >= 3];
  const together: ViewSource = {
    build,
    workflowId,
    hasNames,
    hasLedger,
    read: (statement) => store.run(statement),
    readTogether: (work) => work(together),
  };
  return {
    build,
    workflowId,
    hasNames,
    hasLedger,
    read,
    readTogether: (work) =>
      store.exclusive(async () => {
        await store.begin("read");
        try {
          return await work(together);
        } finally {
          await store.rollback();
        }
      }),
  };
}
