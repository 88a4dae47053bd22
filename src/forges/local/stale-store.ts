import type { CallOptions } from "../../contracts/outside.ts";
import type { Change } from "../../model/change.ts";
import { LocalStore } from "./local-store.ts";
import type { StoreParts } from "./store-parts.ts";

/** Everything that reads show, at one moment. */
export interface Snapshot {
  readonly changes: readonly Change[];
  readonly tips: ReadonlyMap<string, string>;
}

/** Looks at everything. */
export async function takeSnapshot(parts: StoreParts, options: CallOptions): Promise<Snapshot> {
  const changes = await new LocalStore(parts).list({ state: null }, options);
  return { changes, tips: await parts.branches.tips(options.signal) };
}

/** A store whose reads show a moment that is over; a diff is computed and shows what is. */
export class StaleStore extends LocalStore {
  readonly #snapshot: Snapshot;

  constructor(parts: StoreParts, snapshot: Snapshot) {
    super(parts);
    this.#snapshot = snapshot;
  }

  override async branchHead(branch: string): Promise<string | undefined> {
    return this.#snapshot.tips.get(branch);
  }

  override async findChange(branch: string): Promise<Change | undefined> {
    return this.#snapshot.changes.findLast((change) => change.branch === branch);
  }

  override async changesByIds(ids: readonly string[]): Promise<readonly Change[]> {
    return this.#snapshot.changes.filter(({ id }) => ids.includes(id));
  }

  override async list(filter: { readonly state: Change["state"] | null }): Promise<readonly Change[]> {
    return this.#snapshot.changes.filter(({ state }) => filter.state === null || state === filter.state);
  }
}
