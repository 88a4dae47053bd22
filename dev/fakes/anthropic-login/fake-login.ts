import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createProxy } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tryParse } from "../shared/json.ts";

const LIFETIME_S = 28_800;

/** A login that listens. */
export interface FakeLogin {
  /** What an agent needs in its environment to find it. */
  readonly env: Readonly<Record<string, string>>;
  /** Refresh tokens that came in, in order. */
  readonly asked: readonly string[];
  /** Whether this is the access token that is good now. */
  isGood(accessToken: string | null): boolean;
  /** The newest refresh token. */
  refreshToken(): string;
  /** `.credentials.json` of Claude Code with the tokens as they are now; the access token is over. */
  file(): string;
  close(): Promise<void>;
}

/** Starts a login whose refresh tokens can be used once. `below`: where its certificate lies, default the system's temporary folder. */
export async function startFakeLogin(below: string = tmpdir()): Promise<FakeLogin> {
  const asked: string[] = [];
  let number = 1;
  const folder = mkdtempSync(join(below, "fake-login-"));
  const [key, cert] = certificate(folder);
  const login = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { grant_type: grant, refresh_token: token } = Object(tryParse(Buffer.concat(chunks).toString()));
      const answer = (status: number, body: object): void => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      };
      if (request.url !== "/v1/oauth/token" || grant !== "refresh_token") {
        return answer(404, { type: "error", error: { type: "not_found_error", message: "Not found" } });
      }
      asked.push(String(token));
      if (token !== `refresh-${number}`) {
        return answer(400, { error: "invalid_grant", error_description: "Refresh token not found or invalid" });
      }
      number += 1;
      const scope = SCOPES.join(" ");
      const tokens = { access_token: `access-${number}`, refresh_token: `refresh-${number}` };
      return answer(200, { token_type: "Bearer", ...tokens, expires_in: LIFETIME_S, scope });
    });
  });
  const sockets = new Set<Socket>();
  const proxy = proxyTo(await listening(login), sockets);
  const port = await listening(proxy);
  return {
    env: { HTTPS_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: "127.0.0.1", NODE_EXTRA_CA_CERTS: cert },
    asked,
    isGood: (token) => number > 1 && token === `access-${number}`,
    refreshToken: () => `refresh-${number}`,
    file: () => {
      const tokens = { accessToken: `access-${number}`, refreshToken: `refresh-${number}`, expiresAt: 1 };
      return JSON.stringify({ claudeAiOauth: { ...tokens, scopes: SCOPES, subscriptionType: "max" } });
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all([login, proxy].map((server) => new Promise((resolve) => server.close(resolve))));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const SCOPES = ["user:inference", "user:profile"];

/** A proxy whose every connection ends at one port. */
function proxyTo(behind: number, sockets: Set<Socket>): Server {
  const proxy = createProxy((_, response) => response.writeHead(501).end());
  proxy.on("connect", (_, client: Socket) => {
    const server = connect(behind, "127.0.0.1", () => client.write("HTTP/1.1 200 Connection Established\r\n\r\n"));
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => sockets.delete(socket));
    }
    client.pipe(server).pipe(client);
  });
  return proxy;
}

/** A key and a certificate for every host that Claude Code talks to; paths. */
function certificate(folder: string): readonly [string, string] {
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const hosts = "subjectAltName=DNS:platform.claude.com,DNS:api.anthropic.com,DNS:*.claude.com,DNS:*.anthropic.com";
  const kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync("openssl", [...kind, "-subj", "/CN=fake", "-addext", hosts, "-keyout", key, "-out", cert], {
    stdio: "ignore",
  });
  return [key, cert];
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return port;
}
