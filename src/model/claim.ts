/** What this instance knows of the claim on an issue, as the tracker answered last. */
export interface ClaimStanding {
  readonly isOurs: boolean;
  readonly owner: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** The same instant for people, ISO 8601. */
  readonly until: string;
  /** When the tracker said so, epoch milliseconds. */
  readonly toldAt: number;
}
