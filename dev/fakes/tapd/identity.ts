import { randomBytes } from "node:crypto";
import type { Request } from "../shared/http.ts";
import type { Reply } from "../shared/http.ts";
import { readParams } from "./params.ts";
import { invalid, Refusal, success } from "./refusal.ts";
import type { TapdData } from "./state.ts";

export interface Caller {
  readonly account: string;
  /** `null`: all of them. */
  readonly workspaces: readonly string[] | null;
}

const TOKEN_S = 7200;

/** An API account with Basic, or a token with Bearer. A bad token is 422, not 401. */
export function identify(data: TapdData, { headers }: Request, now: number): Caller {
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
  if (bearer !== undefined) {
    const known = data.tokens.find(
      ({ token, expiresAt }) => token === bearer && (expiresAt === null || expiresAt > now),
    );
    if (known === undefined) throw invalid("The access token provided is invalid");
    return { account: known.name, workspaces: null };
  }
  const given = readBasic(headers.authorization);
  const account = data.accounts.find(({ user, password }) => user === given?.user && password === given.password);
  if (account === undefined) throw new Refusal(401, "Unauthorized");
  return { account: account.user, workspaces: account.workspaces };
}

/** A token of two hours for an application; there is none that renews it. */
export function requestToken(data: TapdData, request: Request, now: number): Reply {
  const given = readBasic(request.headers.authorization);
  const app = data.apps.find(({ clientId, secret }) => clientId === given?.user && secret === given.password);
  if (app === undefined) throw new Refusal(401, "Unauthorized");
  if (readParams(request).grant_type !== "client_credentials") throw invalid("grant_type is invalid");
  const token = randomBytes(20).toString("hex");
  data.tokens.push({ token, name: app.clientId, expiresAt: now + TOKEN_S * 1000 });
  return success({ access_token: token, token_type: "Bearer", expires_in: TOKEN_S });
}

function readBasic(authorization: string | undefined): { user: string; password: string } | undefined {
  const encoded = /^Basic (.+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const [user = "", ...rest] = Buffer.from(encoded, "base64").toString().split(":");
  return { user, password: rest.join(":") };
}
