import { listen, readRequest, send } from "../shared/http.ts";
import { tryParse } from "../shared/json.ts";

const DAY_S = 86_400;
const ACCOUNT = { chatgpt_account_id: "account-1", chatgpt_plan_type: "pro", chatgpt_user_id: "user-1" };

/** A login that listens. */
export interface FakeLogin {
  /** Where tokens are renewed. */
  readonly url: string;
  /** Refresh tokens that came in, in order. */
  readonly asked: readonly string[];
  /** Whether this is the access token that is good now. */
  isGood(accessToken: string | null): boolean;
  /** The newest refresh token. */
  refreshToken(): string;
  /** `auth.json` of Codex with the tokens as they are now. */
  file(): string;
  /** Makes the present access token worthless; the refresh token is still good. */
  expire(): void;
  close(): Promise<void>;
}

/** Starts a login whose refresh tokens can be used once. `together`: how many renewals wait for each other, default 1. */
export async function startFakeLogin({ together = 1 }: { readonly together?: number } = {}): Promise<FakeLogin> {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  let number = 1;
  let isExpired = false;
  const listening = await listen(0, async (message, response) => {
    const request = await readRequest(message);
    const body = tryParse(request.raw.toString());
    const { grant_type: grant, refresh_token: token } = Object(body);
    if (request.method !== "POST" || request.path !== "/oauth/token" || grant !== "refresh_token") {
      return send(response, { status: 400, body: { error: { code: "invalid_request", message: "Not served here." } } });
    }
    asked.push(String(token));
    if (asked.length < together) await new Promise<void>((resolve) => waiting.push(resolve));
    else for (const go of waiting.splice(0)) go();
    if (token !== refreshOf(number)) {
      const error = { code: "refresh_token_reused", message: "Your refresh token has already been used." };
      return send(response, { status: 401, body: { error } });
    }
    number += 1;
    isExpired = false;
    return send(response, { status: 200, body: { id_token: jwt(number), ...tokensOf(number) } });
  });
  return {
    ...{ url: `${listening.url}/oauth/token`, asked, close: listening.close },
    isGood: (token) => !isExpired && token === jwt(number),
    refreshToken: () => refreshOf(number),
    file: () => {
      const tokens = { id_token: jwt(number), ...tokensOf(number), account_id: ACCOUNT.chatgpt_account_id };
      const last = new Date().toISOString();
      return JSON.stringify({ auth_mode: "chatgpt", OPENAI_API_KEY: null, tokens, last_refresh: last });
    },
    expire: () => {
      isExpired = true;
    },
  };
}

function tokensOf(number: number) {
  return { access_token: jwt(number), refresh_token: refreshOf(number) };
}

function refreshOf(number: number): string {
  return `refresh-${number}`;
}

const expiry = Math.floor(Date.now() / 1_000) + DAY_S;

function jwt(number: number): string {
  const claims = {
    exp: expiry,
    jti: `token-${number}`,
    email: "ann@example.org",
    "https://api.openai.com/auth": ACCOUNT,
  };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.c2ln`;
}
