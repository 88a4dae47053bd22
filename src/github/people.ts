import type { AuthorTrust } from "../model/change.ts";

/** Somebody as GitHub shows them; `null` is a deleted account. */
export interface GithubActor {
  readonly login: string;
  /** `User`, `Bot`, `Organization`, `Mannequin`. */
  readonly kind: string;
}

const MEMBERS = ["OWNER", "MEMBER", "COLLABORATOR"];

/** The login under which a deleted account's words stand (GitHub's own). */
export const GHOST = "ghost";

/** An actor's login as REST writes it: GraphQL leaves the end of a bot's out. */
export function loginOf(actor: GithubActor | null): string {
  if (actor === null) return GHOST;
  return actor.kind === "Bot" && !actor.login.endsWith("[bot]") ? `${actor.login}[bot]` : actor.login;
}

/** How far somebody may be believed. `association` is GitHub's `author_association`; `self` the credential's own login. */
export function trustOf(actor: GithubActor | null, association: string, self: string): AuthorTrust {
  if (actor === null) return "outsider";
  if (loginOf(actor).toLowerCase() === self.toLowerCase()) return "self";
  if (actor.kind === "Bot") return "bot";
  return MEMBERS.includes(association.toUpperCase()) ? "member" : "outsider";
}
