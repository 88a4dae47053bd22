import { forbidden, notFound, Refusal } from "./refusal.ts";
import type { CnbData, CnbRepo, CnbToken, Permission } from "./state.ts";

/** Only `Authorization: Bearer`; everything needs a token. */
export function identify(data: CnbData, authorization: string | undefined): CnbToken {
  const given = /^Bearer (.+)$/.exec(authorization ?? "")?.[1];
  const known = data.tokens.find(({ token }) => token === given);
  if (known === undefined) throw new Refusal(401, "unauthenticated");
  return known;
}

/** `repo-pr:rw` covers `repo-pr:r`. */
export function hasScope({ scopes }: CnbToken, wanted: string): boolean {
  return scopes === null || scopes.includes(wanted) || (wanted.endsWith(":r") && scopes.includes(`${wanted}w`));
}

/** What the token's owner may do there. */
export function permissionOn({ username }: CnbToken, repo: CnbRepo): Permission | undefined {
  return repo.members[username] ?? (repo.private ? undefined : "read");
}

/** Refuses a caller who may not do this; one who may not know of the repository is told that there is none. */
export function checkAccess(token: CnbToken, repo: CnbRepo, scope: string, wanted: Permission): void {
  const permission = permissionOn(token, repo);
  if (permission === undefined || token.isMcp) throw notFound();
  if (!hasScope(token, scope)) throw forbidden(scope);
  if (wanted === "write" && permission !== "write") throw new Refusal(403, "permission denied");
}
