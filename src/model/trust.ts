import type { AuthorTrust } from "./change.ts";

/** Whose words reach agents as instructions. */
export interface TrustSettings {
  /** Names of people who are trusted like members. */
  readonly authors: readonly string[];
  readonly associations: readonly ("member" | "bot" | "outsider")[];
  /** What becomes of the words of everybody else. */
  readonly others: "fence" | "leave_out";
  /** Which issues are started: those of trusted authors, all with fenced words, or all as they are. */
  readonly issues: "trusted" | "fence" | "all";
  /** With this label a member takes over somebody else's issue; lower case. */
  readonly acceptLabel: string;
}

/** What holds where a workflow says nothing. */
export const USUAL_TRUST: TrustSettings = {
  ...{ authors: [], associations: ["member"], others: "fence", issues: "trusted", acceptLabel: "maestro:accepted" },
};

/** How far an author is believed here, given what the tracker or forge says. Maestro itself stays itself. */
export function trustedAs(settings: TrustSettings, author: string | null, said: AuthorTrust | undefined): AuthorTrust {
  if (said === "self") return said;
  const isNamed = author !== null && settings.authors.some((name) => name.toLowerCase() === author.toLowerCase());
  if (isNamed) return "member";
  if (said === "bot") return settings.associations.includes("bot") ? "member" : "bot";
  return settings.associations.includes(said ?? "outsider") ? "member" : "outsider";
}
