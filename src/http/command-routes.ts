import type { JsonObject } from "../base/json.ts";
import type { ApprovalsDocument } from "../model/documents/approval.ts";
import type { CommandDocument } from "../model/documents/api.ts";
import type { Call, Respond, Workings } from "./call.ts";
import { param } from "./call.ts";
import { refusal } from "./errors.ts";
import type { HttpParts } from "./parts.ts";
import { jsonReply } from "./reply.ts";
import { mayDo, roleForVerb } from "./roles.ts";
import { checked } from "./body.ts";
import { validateCommandBody } from "./schema.gen.ts";

/** How long a command's answer is waited for, milliseconds. */
const ANSWER_WAIT_MS = 4_000;
/** Who asks when nobody had to say it. */
const NOBODY = "http";

/** Whatever is asked becomes a row of the inbox; the orchestrator carries it out and answers. */
export function commandRoutes({ parts }: Workings) {
  const refreshes = new Refreshes(parts);
  return {
    ask: async (call) => {
      const { verb, arguments: given = {} } = checked(validateCommandBody, call.body);
      return carriedOut(parts, call, verb, given);
    },
    approvals: async () => {
      const document: ApprovalsDocument = { version: 1, approvals: (await parts.reading.status()).approvals ?? [] };
      return jsonReply(parts.secrets, document);
    },
    command: async (call) => jsonReply(parts.secrets, await commandOf(parts, param(call, "command"))),
    symphonyRefresh: async (call) => {
      const requestedAt = new Date(parts.clock.now()).toISOString();
      const coalesced = await refreshes.ask(call);
      const operations = ["poll", "reconcile"];
      return jsonReply(parts.secrets, { queued: true, coalesced, requested_at: requestedAt, operations }, 202);
    },
  } satisfies Record<string, Respond>;
}

/** Puts it on record and waits a moment for its answer. */
async function carriedOut(parts: HttpParts, call: Call, verb: string, given: JsonObject): Promise<Response> {
  if (call.caller !== null && !mayDo(call.caller.role, roleForVerb(verb))) throw refusal("role_needed");
  const actor = call.caller?.actor ?? NOBODY;
  const id = await parts.asking.ask({ actor, verb, arguments: given });
  await parts.asking.answer(id, ANSWER_WAIT_MS, call.late.signal);
  const command = await commandOf(parts, id);
  return jsonReply(parts.secrets, command, command.answer === null ? 202 : 200);
}

async function commandOf({ asking }: HttpParts, id: string): Promise<CommandDocument> {
  const command = await asking.command(id);
  if (command === undefined) throw refusal("command_not_found", `No command has the id "${id}".`);
  return command;
}

/** Questions for a poll while one is not answered yet are that one. */
class Refreshes {
  readonly #parts: HttpParts;
  #asked: Promise<string> | null = null;

  constructor(parts: HttpParts) {
    this.#parts = parts;
  }

  /** Resolves when the question is on record; `true` when it was there already. */
  async ask(call: Call): Promise<boolean> {
    const { asking } = this.#parts;
    const id = await this.#asked;
    // Once it is answered its poll may be under way, and shows nothing that happens from now on.
    if (id !== null && (await asking.command(id))?.answer === null) return true;
    const asked = asking.ask({ actor: call.caller?.actor ?? NOBODY, verb: "refresh", arguments: {} });
    this.#asked = asked;
    const forget = (): void => {
      if (this.#asked === asked) this.#asked = null;
    };
    // It outlives the request that asked first.
    asked.then((id) => asking.answer(id, ANSWER_WAIT_MS, new AbortController().signal)).then(forget, forget);
    await asked;
    return false;
  }
}
