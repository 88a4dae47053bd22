import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { CallLog } from "../shared/call-log.ts";
import { listen, type Request, readRequest, send } from "../shared/http.ts";
import { tryParse } from "../shared/json.ts";
import { completions } from "./completions.ts";
import { gemini } from "./gemini.ts";
import { messages } from "./messages.ts";
import { overflowEvents, responses } from "./responses.ts";
import { type ModelRequest, type ModelScript, type ModelStep, SOME_USAGE } from "./script.ts";
import { type Answer, isBody, type Wire } from "./wire.ts";

const WIRES: readonly Wire[] = [responses, messages, completions, gemini];

/** A model server that listens. */
export interface FakeModel {
  /** `http://127.0.0.1:<port>`; the clients add their own paths. */
  readonly url: string;
  /** Every request for the model, as the script saw it. */
  readonly asked: readonly ModelRequest[];
  readonly log: CallLog;
  /** Replaces what the model does. */
  play(script: ModelScript): void;
  close(): Promise<void>;
}

/** Starts a scripted model behind four protocols. `keys`: what is let in; default anything that is not empty. */
export async function startFakeModel(options: {
  readonly script: ModelScript;
  readonly keys?: readonly string[];
  readonly port?: number;
  readonly logFile?: string;
}): Promise<FakeModel> {
  const asked: ModelRequest[] = [];
  const log = new CallLog(options.logFile);
  let script = options.script;
  let count = 0;
  const listening = await listen(options.port ?? 0, async (message, response) => {
    const request = await readRequest(message);
    const wire = WIRES.find((known) => known.matches(request.method, request.path));
    const note = (operation: string, identity: string | null, status: number): void =>
      log.add({
        ...{ service: "model", at: new Date().toISOString(), method: request.method, path: request.path },
        ...{ operation, variables: {}, identity, status, effect: false, fault: null },
      });
    if (wire === undefined) {
      note("unknown", null, 404);
      return send(response, { status: 404, body: { error: { message: `Unknown route ${request.path}` } } });
    }
    const asking = read(wire, request);
    const isKnown = asking?.credential != null && (options.keys?.includes(asking.credential) ?? true);
    if (asking === null || !isKnown) {
      note(wire.api, null, asking === null ? 400 : 401);
      return send(response, wire.refuse(asking === null ? "bad_request" : "unauthorized"));
    }
    asked.push(asking);
    count += 1;
    const steps = await script(asking);
    const failure = steps.find((step) => "fail" in step);
    note(wire.api, asking.credential, failure === undefined ? 200 : wire.refuse(failure.fail).status);
    await answer(wire, response, { id: `fake_${count}`, model: asking.model, steps, usage: usageIn(steps) });
  });
  return {
    ...{ url: listening.url, asked, log, close: listening.close },
    play: (next) => {
      script = next;
    },
  };
}

function read(wire: Wire, request: Request): ModelRequest | null {
  const body = tryParse(request.raw.toString());
  if (!isBody(body)) return null;
  const credential = wire.credential(request.headers, request.query) || null;
  return { api: wire.api, credential, ...wire.read(body, request.path) };
}

function usageIn(steps: readonly ModelStep[]) {
  return steps.find((step) => "usage" in step)?.usage ?? SOME_USAGE;
}

async function answer(wire: Wire, response: ServerResponse, whole: Answer): Promise<void> {
  for (const step of whole.steps) if ("delayMs" in step) await sleep(step.delayMs);
  const failure = whole.steps.find((step) => "fail" in step);
  const isOverflow = failure?.fail === "context_overflow" && wire.api === "responses";
  if (failure !== undefined && !isOverflow) {
    const refusal = wire.refuse(failure.fail);
    return send(response, { ...refusal, headers: { ...refusal.headers, ...failure.headers } });
  }
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  const events = isOverflow ? overflowEvents(whole) : wire.write(whole);
  const stopsEarly = whole.steps.some((step) => "hang" in step || "drop" in step);
  // The half of an answer holds no word of its end: some clients take an end without a last event for one.
  const half = Math.floor(events.length / 2);
  for (const event of stopsEarly ? events.slice(0, half) : events) response.write(event);
  if (whole.steps.some((step) => "drop" in step)) {
    await new Promise((resolve) => response.write(": about to be cut\n\n", resolve));
    response.destroy();
    return;
  }
  // A hanging answer ends with its client, or with the server.
  if (!stopsEarly) response.end();
}
