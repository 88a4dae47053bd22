import type { Clock } from "../base/clock.ts";
import { shortHash } from "../base/ids.ts";
import type { SecretRegistry } from "../base/redact.ts";
import type { StatusDocument } from "../model/documents/status.ts";
import type { Reading } from "./parts.ts";

/** How long a status is shown again although nothing happened, milliseconds: its ages and seconds go on. */
const LONGEST_MS = 1_000;

/** A status that was written out. */
export interface HeldStatus {
  readonly document: StatusDocument;
  readonly json: string;
  readonly etag: string;
}

/**
 * The status, built and written out once for everybody who asks before something happens. Never older than the last commit: whoever asks
 * after a commit gets one that was begun after it.
 */
export class StateCache {
  readonly #reading: Reading;
  readonly #clock: Clock;
  readonly #secrets: SecretRegistry;
  #held: { readonly revision: string; readonly until: number; readonly status: HeldStatus } | null = null;
  #building: { readonly revision: string; readonly status: Promise<HeldStatus> } | null = null;

  constructor(parts: { readonly reading: Reading; readonly clock: Clock; readonly secrets: SecretRegistry }) {
    this.#reading = parts.reading;
    this.#clock = parts.clock;
    this.#secrets = parts.secrets;
  }

  /** Rejects with what building a status rejects with. */
  get(): HeldStatus | Promise<HeldStatus> {
    const revision = this.#reading.revision();
    if (this.#held?.revision === revision && this.#clock.monotonic() < this.#held.until) return this.#held.status;
    if (this.#building?.revision === revision) return this.#building.status;
    const building = { revision, status: this.#build(revision) };
    this.#building = building;
    const forget = (): void => {
      if (this.#building === building) this.#building = null;
    };
    building.status.then(forget, forget);
    return building.status;
  }

  async #build(revision: string): Promise<HeldStatus> {
    const begun = this.#clock.monotonic();
    const document = await this.#reading.status();
    const json = this.#secrets.redact(JSON.stringify(document));
    // Two that differ only in when they were made are the same for a reader.
    const etag = `W/"${shortHash(json.replace(document.generated_at, ""))}"`;
    const status = { document, json, etag };
    this.#held = { revision, until: begun + LONGEST_MS, status };
    return status;
  }
}
