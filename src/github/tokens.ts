import { execFile } from "node:child_process";
import { createSign } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { MaestroError } from "../base/errors.ts";
import type { SecretRegistry } from "../base/redact.ts";
import type { GithubAxis, GithubPlace } from "./access.ts";
import type { GithubAccessOptions } from "./schema.ts";

/** What tokens are made from. */
export interface TokenContext {
  readonly axis: GithubAxis;
  readonly place: GithubPlace;
  readonly clock: Clock;
  readonly secrets: SecretRegistry;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Asks GitHub for an installation's token with an App's own. */
  readonly installationToken: (
    jwt: string,
    installation: string,
    signal: AbortSignal,
  ) => Promise<{ readonly token: string; readonly expiresAt: number }>;
}

/** Where a credential's present token comes from. */
export interface TokenSource {
  /** The same for all tokens of one credential. */
  readonly credential: string;
  token(signal: AbortSignal): Promise<string>;
}

/** How long before its end an installation's token is replaced. */
const SPARE_MS = 5 * 60_000;
/** GitHub takes an App's own token for at most ten minutes, by its own clock. */
const JWT_S = { early: 60, life: 540 };
/** How long `gh` may take. */
const GH_TIMEOUT_MS = 10_000;
/** Names that a person chose with `auth.from: environment`, in this order. */
const VARIABLES = ["GITHUB_TOKEN", "GH_TOKEN"];

/** The source that the options name. Nothing else is looked at. Throws `…_missing_secret` and `…_auth`. */
export async function openTokens(options: GithubAccessOptions, context: TokenContext): Promise<TokenSource> {
  const { token, auth } = options;
  if (token !== undefined && auth !== undefined) throw missing(context, "token and auth are both set; keep one");
  if (token !== undefined) return fixed(token, context);
  if (auth === undefined) throw missing(context, "no token is set");
  if ("app_id" in auth) return appTokens(auth, context);
  if (auth.from === "gh") return fixed(await tokenOfGh(context), context);
  const name = VARIABLES.find((variable) => (context.environment[variable] ?? "") !== "");
  if (name === undefined) throw missing(context, `none of ${VARIABLES.join(", ")} is set in the environment`);
  return fixed(context.environment[name] ?? "", context);
}

function fixed(value: string, { axis, secrets }: TokenContext): TokenSource {
  const token = value.trim();
  // A reference that was not resolved stays as it is written.
  if (/^\$\{?\w+\}?$/.test(token)) throw missing({ axis }, `${token} is not set`);
  secrets.register("github_token", token);
  return { credential: token, token: async () => token };
}

function appTokens(
  auth: { readonly app_id: string | number; readonly private_key: string; readonly installation_id: string | number },
  context: TokenContext,
): TokenSource {
  const { clock, secrets, axis } = context;
  // Variables cannot hold line ends everywhere, so they are also taken as \n.
  const key = auth.private_key.replaceAll("\\n", "\n");
  for (const form of [auth.private_key, key]) secrets.register("github_private_key", form);
  const installation = String(auth.installation_id);
  let kept: Promise<{ readonly token: string; readonly expiresAt: number }> | undefined;
  const fresh = async (signal: AbortSignal) => {
    const made = await context.installationToken(jwtOf(axis, String(auth.app_id), key, clock), installation, signal);
    secrets.register("github_token", made.token);
    return made;
  };
  return {
    credential: `app ${auth.app_id} installation ${installation}`,
    token: async (signal) => {
      const present = await kept?.catch(() => undefined);
      if (present !== undefined && present.expiresAt - clock.now() > SPARE_MS) return present.token;
      const next = fresh(signal);
      kept = next;
      return (await next).token;
    },
  };
}

/** What an App shows to be itself (RS256). */
function jwtOf(axis: GithubAxis, appId: string, key: string, clock: Clock): string {
  const now = Math.floor(clock.now() / 1_000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const head = part({ alg: "RS256", typ: "JWT" });
  const claims = part({ iat: now - JWT_S.early, exp: now + JWT_S.life, iss: appId });
  try {
    const signature = createSign("RSA-SHA256").update(`${head}.${claims}`).sign(key, "base64url");
    return `${head}.${claims}.${signature}`;
  } catch {
    // The library's words may quote the key.
    throw new MaestroError({
      code: `${axis}_auth`,
      message: "The private key of the GitHub App cannot be used to sign.",
      hint: "auth.private_key is the whole PEM text, with BEGIN and END lines.",
    });
  }
}

/** The token that `gh` keeps for this server. */
function tokenOfGh({ axis, place, environment }: TokenContext): Promise<string> {
  const host = new URL(place.webUrl).host;
  const env = Object.fromEntries(["PATH", "HOME", "XDG_CONFIG_HOME"].map((name) => [name, environment[name]]));
  return new Promise((resolve, reject) => {
    const args = ["auth", "token", "--hostname", host];
    execFile("gh", args, { env, timeout: GH_TIMEOUT_MS, encoding: "utf8" }, (error, stdout) => {
      if (error === null && stdout.trim() !== "") return resolve(stdout.trim());
      reject(
        new MaestroError({
          code: `${axis}_auth`,
          message: `gh has no token for ${host}.`,
          hint: `Run \`gh auth login --hostname ${host}\`, or set a token in the workflow file.`,
        }),
      );
    });
  });
}

function missing({ axis }: Pick<TokenContext, "axis">, why: string): MaestroError {
  const key = axis === "forge" ? "repo.provider" : "tracker.provider";
  return new MaestroError({
    code: `${axis}_missing_secret`,
    message: `GitHub cannot be asked: ${why}.`,
    hint: `Set ${key}.token to $GITHUB_TOKEN, or ${key}.auth to {from: environment}, {from: gh} or an App.`,
    facts: { path: ["token"] },
  });
}
