import type { Faults } from "./faults.ts";
import { isWebhookFault } from "./faults.ts";

export interface Delivery {
  readonly url: string;
  readonly event: string;
  readonly id: string;
  readonly body: string;
  /** What the subscriber answered; `0` when it could not be reached. */
  readonly status: number;
}

interface Message {
  readonly url: string;
  readonly event: string;
  readonly id: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const PATIENCE_MS = 10_000;

/** Sends webhooks in order and never again, except where a fault asks for it. */
export class WebhookSender {
  readonly deliveries: Delivery[] = [];
  readonly #faults: Faults;
  #last: Promise<void> = Promise.resolve();

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  send(message: Message): void {
    const fault = this.#faults.take([message.event], isWebhookFault);
    if (fault?.kind === "drop_webhook") return;
    const times = fault?.kind === "duplicate_webhook" ? 2 : 1;
    for (let sent = 0; sent < times; sent += 1) this.#last = this.#last.then(() => this.#post(message));
  }

  /** Resolves when everything sent so far was delivered or failed. */
  settle(): Promise<void> {
    return this.#last;
  }

  async #post({ url, event, id, headers, body }: Message): Promise<void> {
    const status = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(PATIENCE_MS) }).then(
      (response) => response.status,
      () => 0, // an unreachable subscriber is recorded as such
    );
    this.deliveries.push({ url, event, id, body, status });
  }
}
