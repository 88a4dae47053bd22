import type { Reply } from "../shared/http.ts";
import type { Call, FakeServer } from "../shared/fake-server.ts";
import type { Store } from "../shared/store.ts";
import { longId } from "./seed.ts";
import type { TapdData, TapdWorkspace } from "./state.ts";

/** The fake's parts in one hand. */
export interface World {
  readonly server: FakeServer;
  readonly store: Store<TapdData>;
  /** IANA name of the zone that instants are written in. */
  readonly timeZone: string;
}

/** One authenticated request in a workspace. */
export interface Ask {
  readonly world: World;
  readonly call: Call;
  /** What this caller sees; a write changes the store's own. */
  readonly data: TapdData;
  readonly workspace: TapdWorkspace;
  /** Flat, without `workspace_id`; nested values by `name[0][key]`. */
  readonly params: Readonly<Record<string, string>>;
  /** The API account, or the token's name. */
  readonly account: string;
}

export type Route = (ask: Ask) => Reply;

export function nextId(ask: Ask): string {
  const { state } = ask.world.store;
  state.nextNumber += 1;
  return longId(ask.workspace.id, state.nextNumber - 1);
}

/** `Y-m-d H:i:s` in the fake's zone: whole seconds, and nothing tells the zone. */
export function instantOf({ timeZone }: World, milliseconds: number): string {
  // Swedish writes dates so.
  return new Date(milliseconds).toLocaleString("sv-SE", { timeZone });
}
