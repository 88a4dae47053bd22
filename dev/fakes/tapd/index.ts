import { FakeServer, type ServerOptions } from "../shared/fake-server.ts";
import { Store } from "../shared/store.ts";
import { LIMITS, RateLimit, type TapdLimits } from "./rate-limit.ts";
import { createData, type TapdSeed } from "./seed.ts";
import { serveTapd } from "./service.ts";
import type { TapdData } from "./state.ts";

export interface FakeTapdOptions extends ServerOptions {
  readonly seed?: TapdSeed;
  /** Where the state is kept; read again when it is there. */
  readonly stateFile?: string;
  readonly limits?: Partial<TapdLimits>;
  /** For how long reads still show the past after every change; default 0. */
  readonly lagMs?: number;
  /** IANA name of the zone that instants are written in; default `Asia/Shanghai`. */
  readonly timeZone?: string;
}

export interface FakeTapd {
  /** Base of the API. */
  readonly url: string;
  readonly server: FakeServer;
  /** Live: to look at, and to change as nobody's call would. */
  readonly data: TapdData;
  close(): Promise<void>;
}

export async function startFakeTapd(options: FakeTapdOptions = {}): Promise<FakeTapd> {
  const server = new FakeServer(options);
  const { now } = server.clock;
  const store = new Store(createData(options.seed), now, options.stateFile);
  const world = { server, store, timeZone: options.timeZone ?? "Asia/Shanghai" };
  const limit = new RateLimit({ ...LIMITS, ...options.limits }, now);
  await server.start(serveTapd({ world, limit, lagMs: options.lagMs ?? 0 }), options.port ?? 0);
  return { url: server.url, server, data: store.state, close: () => server.close() };
}
