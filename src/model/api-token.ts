/** What a token of the API may do: look; also ask something of the service; also end it, and open sessions. */
export type ApiRole = "read" | "operate" | "admin";

/** From the least to the most. */
export const API_ROLES: readonly ApiRole[] = ["read", "operate", "admin"];

/** A token as it is kept: what it is itself is nowhere. */
export interface ApiToken {
  readonly name: string;
  readonly role: ApiRole;
  /** SHA-256 of the token, hexadecimal. */
  readonly hash: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}
