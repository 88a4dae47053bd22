import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { memoryLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import { Access } from "../../src/http/access.ts";
import type { HttpParts } from "../../src/http/index.ts";
import { routing } from "../../src/http/routes.ts";
import { World } from "./world.ts";

/** The parts of a server over a world in memory. */
export function groundParts(changes: Partial<HttpParts> = {}) {
  const clock = new VirtualClock();
  const log = memoryLog();
  const secrets = new SecretRegistry();
  const world = new World(clock);
  const parts: HttpParts = {
    port: 0,
    host: "127.0.0.1",
    name: "demo-00000000",
    clock,
    random: seededRandom(7),
    log,
    secrets,
    reading: world.reading,
    asking: world.asking,
    changes: world.changes,
    health: world.health,
    hooks: world.hooks,
    assets: "/nonexistent/dashboard",
    openApi: "docs/schema/openapi.json",
    ...changes,
  };
  return { parts, clock, log, secrets, world };
}

/** The routes without a socket, with a client that names the right host and the bearer token. */
export function ground(changes: Partial<HttpParts> = {}) {
  const { parts, ...rest } = groundParts(changes);
  const access = new Access(parts);
  const { app, endStreams, close } = routing(parts, access);
  /** As anybody on this machine. */
  const ask = async (method: string, path: string, init: { headers?: Record<string, string>; body?: string } = {}) =>
    app.request(`http://127.0.0.1:4000${path}`, {
      method,
      headers: { host: "127.0.0.1:4000", ...init.headers },
      ...(init.body === undefined ? {} : { body: init.body }),
    });
  const bearer = { authorization: `Bearer ${access.bearer}` };
  const get = (path: string, headers: Record<string, string> = {}) =>
    ask("GET", path, { headers: { ...bearer, ...headers } });
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    ask("POST", path, {
      headers: { ...bearer, "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  return { ...rest, access, ask, get, post, bearer, endStreams, close };
}
