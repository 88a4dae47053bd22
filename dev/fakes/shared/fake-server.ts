import type { IncomingMessage, ServerResponse } from "node:http";
import { CallLog } from "./call-log.ts";
import { isoOf, ShiftedClock } from "./clock.ts";
import { answerControl } from "./control.ts";
import { type Fault, Faults, isWebhookFault } from "./faults.ts";
import { bytesOf, type Listening, listen, type Reply, type Request, readRequest, send } from "./http.ts";
import type { Json } from "./json.ts";
import { WebhookSender } from "./webhook-sender.ts";

/** What a service makes of a request before it carries it out. */
export interface Call {
  readonly request: Request;
  /** As logged and as named by faults. */
  readonly operation: string;
  /** Other names by which a fault may name it. */
  readonly aliases: readonly string[];
  readonly variables: Json;
  identity: string | null;
  /** Set by whatever changes the state. */
  effect: boolean;
  /** Age in milliseconds of what a read shows; a fault may raise it. */
  lagMs: number;
  /** How many items a page shows at most, whatever was asked for; set by a fault. */
  keep: number | undefined;
}

/** What a fake adds to the common server. */
export interface Service {
  readonly name: string;
  /** Takes over requests that are no API calls (Git); returns whether it did. */
  divert?(message: IncomingMessage, response: ServerResponse): Promise<boolean>;
  describe(request: Request): Pick<Call, "operation" | "aliases" | "variables">;
  answer(call: Call): Promise<Reply>;
  /** The service's own refusal of a caller who asks too much. */
  refuseForRate(call: Call, fault: Fault): Reply;
  /** For `GET /_fake/state`. */
  snapshot(): unknown;
}

export interface ServerOptions {
  readonly port?: number;
  /** JSON lines of all calls. */
  readonly logFile?: string;
}

const GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";

/** The part that all fakes share: listening, logging, faults, webhooks and the control path `/_fake/`. */
export class FakeServer {
  readonly clock = new ShiftedClock();
  readonly faults = new Faults();
  readonly log: CallLog;
  readonly webhooks: WebhookSender;
  #listening: Listening | undefined;
  #held: (() => void)[] = [];

  constructor(options: ServerOptions) {
    this.log = new CallLog(options.logFile);
    this.webhooks = new WebhookSender(this.faults);
  }

  get url(): string {
    if (this.#listening === undefined) throw new Error("the fake does not listen yet");
    return this.#listening.url;
  }

  async start(service: Service, port: number): Promise<void> {
    this.#listening = await listen(port, async (message, response) => {
      if (message.url?.startsWith("/_fake/")) {
        send(response, answerControl(this, service, await readRequest(message)));
        return;
      }
      if ((await service.divert?.(message, response)) === true) return;
      await this.#serve(service, await readRequest(message), response);
    });
  }

  async close(): Promise<void> {
    for (const release of this.#held.splice(0)) release();
    await this.#listening?.close();
    await this.webhooks.settle();
  }

  async #serve(service: Service, request: Request, response: ServerResponse): Promise<void> {
    const call: Call = {
      request,
      ...service.describe(request),
      identity: null,
      effect: false,
      lagMs: 0,
      keep: undefined,
    };
    const fault = this.faults.take([call.operation, ...call.aliases], (kind) => !isWebhookFault(kind));
    const reply = await this.#carryOut(service, call, fault);
    this.log.add({
      service: service.name,
      at: isoOf(this.clock.now()),
      method: request.method,
      path: request.path + (request.query.size > 0 ? `?${request.query}` : ""),
      operation: call.operation,
      variables: call.variables,
      identity: call.identity,
      status: reply?.status ?? 0,
      effect: call.effect,
      fault: fault?.kind ?? null,
    });
    await this.#deliver(response, reply, fault);
  }

  /** The answer, or `undefined` when the caller is to get none. */
  async #carryOut(service: Service, call: Call, fault: Fault | undefined): Promise<Reply | undefined> {
    switch (fault?.kind) {
      case "status":
        return { status: fault.status ?? 502, headers: fault.headers ?? {}, body: fault.body ?? GATEWAY };
      case "rate_limit":
        return service.refuseForRate(call, fault);
      case "hold":
      case "drop_before":
        return undefined;
      case "hold_after":
      case "drop_after":
        await service.answer(call);
        return undefined;
      case "malformed": {
        const reply = await service.answer(call);
        return { ...reply, body: `${bytesOf(reply).toString().slice(0, -1)},,` };
      }
      case "partial":
        call.keep = fault.keep ?? 1;
        return service.answer(call);
      case "partial_errors":
        return spoil(await service.answer(call));
      case "stale":
        call.lagMs = fault.ms ?? 5000;
        return service.answer(call);
      default:
        return service.answer(call);
    }
  }

  async #deliver(response: ServerResponse, reply: Reply | undefined, fault: Fault | undefined): Promise<void> {
    if (fault?.kind === "hold" || fault?.kind === "hold_after") await this.#hold(fault.ms);
    if (reply === undefined) {
      response.destroy();
    } else if (fault?.kind === "cut") {
      const bytes = bytesOf(reply);
      response.writeHead(reply.status, { ...reply.headers, "content-length": String(bytes.length) });
      response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
    } else {
      send(response, reply);
    }
  }

  #hold(milliseconds: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      this.#held.push(resolve);
      if (milliseconds !== undefined) setTimeout(resolve, milliseconds).unref();
    });
  }
}

/** GraphQL answers what it could and an error beside it. */
function spoil(reply: Reply): Reply {
  const body = reply.body as { data?: Json | null };
  const field = Object.keys(body.data ?? {}).at(-1);
  if (field === undefined) return reply;
  const error = { message: "Internal server error", path: [field], extensions: { code: "INTERNAL_SERVER_ERROR" } };
  return { ...reply, body: { data: { ...body.data, [field]: null }, errors: [error] } };
}
