import type { Delivery, DeliveryVerdict } from "../contracts/outside.ts";
import type { OrchestratorParts } from "./ports.ts";

/** What became of a webhook. */
export type HookAnswer =
  | { readonly ok: true; readonly duplicate: boolean }
  | { readonly ok: false; readonly code: HookRefusal };
/** `unknown`: the workflow names no such tracker or forge; `off`: it takes no webhooks, or has no secret to check them with. */
export type HookRefusal = "unknown" | "off" | Extract<DeliveryVerdict, { ok: false }>["code"];

/** Deliveries that are remembered; the oldest is forgotten. One that comes again later costs a poll. */
const REMEMBERED = 1_000;
/** Of two readings of one webhook the one further down tells more. */
const TELLING: readonly HookRefusal[] = ["off", "unsigned", "bad_signature", "unreadable", "too_old"];

/** Takes webhooks of the tracker and the forge in force. They only wake a look: polling stays the truth, so nothing is kept of them. */
export class HookDesk {
  readonly #outside: OrchestratorParts["outside"];
  readonly #onNews: () => void;
  readonly #seen = new Set<string>();

  constructor(outside: OrchestratorParts["outside"], onNews: () => void) {
    this.#outside = outside;
    this.#onNews = onNews;
  }

  /** Checks a webhook that was sent to `/hooks/<kind>`. Never throws. */
  receive(kind: string, delivery: Delivery): HookAnswer {
    const readers = [this.#outside.tracker(), this.#outside.forge()].filter((system) => system?.kind === kind);
    if (readers.length === 0) return { ok: false, code: "unknown" };
    let refusal: HookRefusal = "off";
    for (const system of readers) {
      if (system?.capabilities.webhooks !== true) continue;
      const verdict = system.readDelivery?.(delivery);
      if (verdict === undefined) continue;
      if (verdict.ok) return { ok: true, duplicate: this.#isKnown(`${kind} ${verdict.id}`) };
      if (TELLING.indexOf(verdict.code) > TELLING.indexOf(refusal)) refusal = verdict.code;
    }
    return { ok: false, code: refusal };
  }

  #isKnown(id: string): boolean {
    if (this.#seen.has(id)) return true;
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > REMEMBERED && oldest !== undefined) this.#seen.delete(oldest);
    this.#onNews();
    return false;
  }
}
