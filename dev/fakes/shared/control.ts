import type { FakeServer, Service } from "./fake-server.ts";
import { readFaults } from "./faults.ts";
import type { Reply, Request } from "./http.ts";
import { isJson, tryParse } from "./json.ts";

/** What a judge in another process may ask: `/_fake/{calls,state,deliveries,faults,clock}`. No real service has this path. */
export function answerControl(server: FakeServer, service: Service, request: Request): Reply {
  const body = tryParse(request.raw.toString());
  switch (`${request.method} ${request.path.slice("/_fake/".length)}`) {
    case "GET calls":
      return { status: 200, body: server.log.calls };
    case "GET state":
      return { status: 200, body: service.snapshot() };
    case "GET deliveries":
      return { status: 200, body: server.webhooks.deliveries };
    case "POST faults":
      return addFaults(server, body);
    case "DELETE faults":
      server.faults.clear();
      return { status: 200, body: { faults: [] } };
    case "POST clock":
      server.clock.advance(isJson(body) && typeof body.advanceMs === "number" ? body.advanceMs : 0);
      return { status: 200, body: { now: server.clock.now() } };
    default:
      return { status: 404, body: { message: `no control ${request.method} ${request.path}` } };
  }
}

function addFaults(server: FakeServer, body: unknown): Reply {
  try {
    server.faults.add(...readFaults(body));
    return { status: 200, body };
  } catch (error) {
    return { status: 400, body: { message: error instanceof Error ? error.message : String(error) } };
  }
}
