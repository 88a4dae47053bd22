import type { JsonObject } from "../../base/json.ts";
import type { SessionRequest } from "../../contracts/agent-provider.ts";
import type { AgentTurns } from "../../contracts/agent-turns.ts";
import { NO_USAGE } from "../../model/usage.ts";
import { CapacityWindows } from "./capacity.ts";
import { TokenLedger } from "./ledger.ts";
import { inCamelCase, type Stage, toEvents, toFailure, toSignOfLife } from "./map.ts";
import type { OpenThread } from "./opening.ts";
import {
  validateErrorNotice,
  validateItemNotice,
  validateRateLimitNotice,
  validateTokenNotice,
  validateTurnBegun,
  validateTurnCompleted,
} from "./schema.gen.ts";
import type { TurnCompleted, TurnError } from "./schema.ts";

type Host = Pick<SessionRequest, "baseline" | "workspace">;

/** A piece of what the model says or thinks; the whole is told when it is over. */
const DELTA = /^item\/.*delta$/i;

/** Reads what Codex tells about one thread: what happens goes to the host, how a turn ends to the turns. */
export class ThreadReader {
  readonly ledger: TokenLedger;
  readonly #thread: OpenThread;
  readonly #host: Host;
  readonly #turns: AgentTurns;
  readonly #capacity = new CapacityWindows();
  readonly #commands = new Map<string, string>();
  /** Commands that were told as finished with their turn. */
  readonly #left = new Set<string>();
  #turn: TurnWait | null = null;
  #error: TurnError | null = null;
  /** The model that is asked now, for whoever prices its tokens. */
  #model: string | null;

  constructor(thread: OpenThread, host: Host, turns: AgentTurns) {
    this.#thread = thread;
    this.#model = thread.model;
    this.#host = host;
    this.#turns = turns;
    this.ledger = new TokenLedger(thread.resumed ? (host.baseline ?? "unknown") : NO_USAGE);
  }

  /** Codex's id of the turn that it works on; `null` when it works on none that has begun. */
  get turnId(): string | null {
    return this.#turn?.id ?? null;
  }

  /** The next turn that begins is the one that is asked for now. */
  expectTurn(): void {
    this.#error = null;
    let begin = (_id: string | null): void => undefined;
    const begun = new Promise<string | null>((resolve) => {
      begin = resolve;
    });
    this.#turn = { id: null, begun, begin };
  }

  /** Its id as soon as there is one; `null` when there is no turn. */
  begunTurn(): Promise<string | null> {
    return this.#turn?.begun ?? Promise.resolve(null);
  }

  /** The host is through with the turn. With it a command is out of sight, also one that goes on in the background. */
  leaveTurn(): void {
    this.#turn?.begin(null);
    for (const [id, command] of this.#commands) {
      this.#left.add(id);
      this.#turns.tell({ type: "command", id, command, state: "finished", exitCode: null });
    }
    this.#commands.clear();
  }

  /** Takes a notification. Never throws. */
  take(method: string, params: JsonObject): void {
    const isOfAnother = typeof params.threadId === "string" && params.threadId !== this.#thread.id;
    if (isOfAnother || !this.#read(method, params))
      this.#turns.tell({ type: "raw", line: JSON.stringify({ method, params }) });
  }

  /** Whether it was understood. */
  #read(method: string, params: JsonObject): boolean {
    switch (method) {
      case "turn/started":
        return this.#begin(params);
      case "turn/completed":
        return this.#end(params);
      case "item/started":
        return this.#item(params, "started");
      case "item/completed":
        return this.#item(params, "completed");
      case "error":
        return this.#fail(params);
      case "thread/tokenUsage/updated":
        return this.#count(inCamelCase(params));
      case "account/rateLimits/updated":
        return this.#limit(inCamelCase(params));
      case "item/reasoning/summaryPartAdded":
        this.#turns.tell({ type: "activity", summary: "Thinking." });
        return true;
      case "model/rerouted":
        return this.#reroute(params);
      default:
        if (DELTA.test(method)) this.#turns.answered();
        this.#turns.tell(toSignOfLife(method, params));
        return true;
    }
  }

  #begin(params: JsonObject): boolean {
    if (!validateTurnBegun(params)) return false;
    const turn = this.#turn;
    if (turn === null || turn.id !== null) return true;
    turn.id = params.turn.id;
    turn.begin(turn.id);
    this.#turns.tell({ type: "turn", id: turn.id });
    return true;
  }

  #item(params: JsonObject, stage: Stage): boolean {
    if (!validateItemNotice(params)) return false;
    const { item } = params;
    if (this.#left.has(item.id)) return true;
    for (const event of toEvents(item, stage, this.#host.workspace)) {
      if (event.type === "command" && event.state === "started") this.#commands.set(event.id, event.command);
      if (event.type === "command" && event.state === "finished") this.#commands.delete(event.id);
      this.#turns.tell(event);
    }
    return true;
  }

  #fail(params: JsonObject): boolean {
    if (!validateErrorNotice(params)) return false;
    const { error, willRetry } = params;
    // The turn's own end says it again; until then it is only remembered.
    if (!willRetry) this.#error = error;
    this.#turns.tell({ type: "alive", what: `error${willRetry ? ", tried again" : ""}: ${error.message}` });
    return true;
  }

  #count(params: JsonObject): boolean {
    if (!validateTokenNotice(params)) return false;
    const { total, last, modelContextWindow } = params.tokenUsage;
    const isNew = total.totalTokens !== this.ledger.totals()?.totalTokens;
    const spent = this.ledger.take(total);
    // A resumed thread tells its old totals again, under an old turn, and each thread tells some of them twice.
    if (params.turnId === this.turnId && isNew) this.#turns.tell({ type: "model_call" });
    if (spent !== null) this.#turns.tell({ type: "usage", ...spent, model: this.#model });
    if (last !== undefined && last.totalTokens > 0) {
      this.#turns.tell({ type: "context", usedTokens: last.totalTokens, windowTokens: modelContextWindow ?? null });
    }
    return true;
  }

  #reroute(params: JsonObject): boolean {
    if (typeof params.toModel !== "string") return false;
    this.#model = params.toModel;
    this.#turns.tell({ type: "alive", what: `the model is ${params.toModel} now` });
    return true;
  }

  #limit(params: JsonObject): boolean {
    if (!validateRateLimitNotice(params)) return false;
    for (const event of this.#capacity.take(params)) this.#turns.tell(event);
    return true;
  }

  #end(params: JsonObject): boolean {
    if (!validateTurnCompleted(params)) {
      this.#turns.failByAgent("protocol", "Codex ended a turn in a way that is not understood.");
      return false;
    }
    if (this.#turn === null || params.turn.id !== this.#turn.id) return true;
    this.#turn = null;
    this.#settle(params.turn);
    return true;
  }

  /** A turn is completed when Codex says so and has told of no error that it gave up at (G-7). */
  #settle({ status, error }: TurnCompleted["turn"]): void {
    const told = error ?? this.#error;
    if (status === "completed" && told === null) this.#turns.complete();
    else if (status === "interrupted") this.#turns.failByAgent("turn_cancelled", "Codex broke its turn off.");
    else if (told === null) this.#turns.failByAgent("turn_failed", `Codex says that its turn ended as "${status}".`);
    else {
      const { kind, sentence, resetAt } = toFailure(told, this.#capacity.resetAt());
      this.#turns.failByAgent(kind, sentence, resetAt);
    }
  }
}

/** A turn that was asked for, until it is over. */
interface TurnWait {
  id: string | null;
  readonly begun: Promise<string | null>;
  readonly begin: (id: string | null) => void;
}
