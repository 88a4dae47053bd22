/** How much of one window of an account's capacity is used, as the provider said last. */
export interface CapacityWindow {
  /** The provider's own name for it, e.g. `primary` or `five_hour`. */
  readonly window: string;
  /** 0…1; `null` when it was not told. */
  readonly usedShare: number | null;
  /** When it is new, epoch milliseconds. */
  readonly resetAt: number | null;
}
