import { createPublicKey, createVerify } from "node:crypto";
import { isJson, tryParse } from "../shared/json.ts";
import { badCredentials, Refusal } from "./refusal.ts";
import {
  atLeast,
  type GithubApp,
  type GithubData,
  type GithubRepo,
  type GithubToken,
  lesser,
  type Permission,
} from "./state.ts";
import { nameOf } from "./world.ts";

/** Who asks: nobody, somebody with a token, or an App by its JWT. */
export type Identity =
  | { readonly kind: "nobody" }
  | { readonly kind: "token"; readonly token: GithubToken }
  | { readonly kind: "app"; readonly app: GithubApp };

const LONGEST_JWT_S = 600;
/** GitHub allows the two clocks to differ by so much. */
const CLOCK_DRIFT_S = 60;

export function identify(data: GithubData, authorization: string | undefined, now: number): Identity {
  if (authorization === undefined) return { kind: "nobody" };
  const [, scheme = "", value = ""] = /^(\S+)\s+(.*)$/.exec(authorization) ?? [];
  const secret = /^basic$/i.test(scheme) ? (Buffer.from(value, "base64").toString().split(":")[1] ?? "") : value;
  if (secret.split(".").length === 3) return { kind: "app", app: verifyJwt(data, secret, now) };
  const token = findToken(data, secret, now);
  if (token === undefined) throw badCredentials();
  return { kind: "token", token };
}

export function findToken(data: GithubData, secret: string | undefined, now: number): GithubToken | undefined {
  return data.tokens.find(({ token, expiresAt }) => token === secret && (expiresAt === null || expiresAt > now));
}

export function loginOf(who: Identity): string | null {
  if (who.kind === "token") return who.token.login;
  return who.kind === "app" ? `app:${who.app.slug}` : null;
}

/** What the caller may do there: what its owner may, as far as the token passes it on. */
export function permissionOn(who: Identity, repo: GithubRepo): Permission {
  const open: Permission = repo.private ? "none" : "read";
  if (who.kind !== "token") return open;
  const { login, permission, repos, appId } = who.token;
  if (repos !== null && !repos.includes(nameOf(repo))) return open;
  if (appId !== null) return lesser(permission, "write");
  const own = permissionOfLogin(repo, login);
  return lesser(permission, atLeast(own, open) ? own : open);
}

export function permissionOfLogin(repo: GithubRepo, login: string): Permission {
  if (login === repo.owner) return "admin";
  return repo.collaborators.find((one) => one.login === login)?.permission ?? (repo.private ? "none" : "read");
}

function verifyJwt(data: GithubData, jwt: string, now: number): GithubApp {
  const [head = "", payload = "", signature = ""] = jwt.split(".");
  const claims = tryParse(Buffer.from(payload, "base64url").toString());
  if (!isJson(claims)) throw new Refusal(401, "A JSON web token could not be decoded");
  const app = data.apps.find(({ id }) => String(id) === String(claims.iss));
  if (app === undefined) throw new Refusal(404, "Integration not found");
  const check = createVerify("RSA-SHA256").update(`${head}.${payload}`);
  if (!check.verify(createPublicKey(app.publicKey), Buffer.from(signature, "base64url"))) {
    throw new Refusal(401, "A JSON web token could not be decoded");
  }
  const [iat, exp, at] = [Number(claims.iat), Number(claims.exp), now / 1000];
  if (!(exp > at))
    throw new Refusal(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  if (exp - at > LONGEST_JWT_S + CLOCK_DRIFT_S)
    throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future");
  if (!(iat <= at + CLOCK_DRIFT_S))
    throw new Refusal(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  return app;
}
