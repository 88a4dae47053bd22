import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSchema, type GraphQLSchema } from "graphql";
import { FakeServer, type ServerOptions } from "../shared/fake-server.ts";
import { Store } from "../shared/store.ts";
import { LIMITS, type LinearLimits, RateLimit } from "./rate-limit.ts";
import { serveLinear } from "./service.ts";
import { createData, type LinearData, type LinearSeed } from "./state.ts";

export interface FakeLinearOptions extends ServerOptions {
  readonly seed?: LinearSeed;
  /** Where the state is kept; read again when it is there. */
  readonly stateFile?: string;
  readonly limits?: Partial<LinearLimits>;
  /** For how long reads still show the past after every change; default 0. */
  readonly lagMs?: number;
  /** For how long a new relation stays unseen; default 0. */
  readonly relationLagMs?: number;
}

export interface FakeLinear {
  /** Of the server; the API is at `/graphql`. */
  readonly url: string;
  readonly server: FakeServer;
  /** Live: to look at, and to change as nobody's call would. */
  readonly data: LinearData;
  close(): Promise<void>;
}

let schema: GraphQLSchema | undefined;

/** The schema as rebuilt from the SDK; parsed once in a process. */
export function linearSchema(): GraphQLSchema {
  schema ??= buildSchema(readFileSync(join(import.meta.dirname, "schema.graphql"), "utf8"));
  return schema;
}

export async function startFakeLinear(options: FakeLinearOptions = {}): Promise<FakeLinear> {
  const server = new FakeServer(options);
  const { now } = server.clock;
  const store = new Store(createData(options.seed ?? {}, now()), now, options.stateFile);
  const limit = new RateLimit({ ...LIMITS, ...options.limits }, now);
  const lags = { lagMs: options.lagMs ?? 0, relationLagMs: options.relationLagMs ?? 0 };
  await server.start(serveLinear({ server, store, limit, schema: linearSchema(), ...lags }), options.port ?? 0);
  return { url: server.url, server, data: store.state, close: () => server.close() };
}
