import { randomBytes } from "node:crypto";
import { withDeadline } from "../../base/abort.ts";
import { isJsonObject, type JsonObject } from "../../base/json.ts";
import { shortHash } from "../../base/ids.ts";
import type { SessionRequest } from "../../contracts/agent-provider.ts";
import { linkLogin } from "./login.ts";
import { opencodeTotals } from "./map.ts";
import type { Prepared } from "./preset.ts";
import { validateOpencodeSession } from "./schema.gen.ts";
import type { AcpOptions } from "./schema.ts";
import type { ReadTotals } from "./session.ts";

/** Ports that no service is expected on; each run takes its own, because the default is the same for all. */
const FIRST_PORT = 20_000;
const PORTS = 12_000;
/** Longest wait for the totals, milliseconds. */
const TOTALS_MS = 2_000;

/** What opencode would fetch, share or start by itself. */
const OFF = [
  "MODELS_FETCH",
  "AUTOUPDATE",
  "AUTOCOMPACT",
  "LSP_DOWNLOAD",
  "DEFAULT_PLUGINS",
  "EXTERNAL_SKILLS",
  "CLAUDE_CODE",
  "SHARE",
  "EMBEDDED_WEB_UI",
];

/**
 * Without compaction of its own, which loops without bound when the context overflows. Outside the workspace it may do nothing; inside it
 * asks for nothing, because the workspace is the agent's.
 */
const CONFIG: JsonObject = {
  autoupdate: false,
  share: "disabled",
  snapshot: false,
  compaction: { auto: false },
  permission: { "*": "allow", external_directory: "deny" },
};

/** Opencode listens on HTTP beside ACP: on a port of the run's own, with a password, because it lets in everybody otherwise. */
export async function prepareOpencode(options: AcpOptions, request: SessionRequest): Promise<Prepared> {
  const port = FIRST_PORT + (Number.parseInt(shortHash(request.marker, 8), 16) % PORTS);
  const password = randomBytes(24).toString("hex");
  const env = {
    OPENCODE_SERVER_PASSWORD: password,
    OPENCODE_CONFIG_CONTENT: JSON.stringify(configOf(options)),
    ...Object.fromEntries(OFF.map((name) => [`OPENCODE_DISABLE_${name}`, "1"])),
    ...(await homesOf(request)),
  };
  const readTotals = totalsReader(`http://127.0.0.1:${port}`, password, request);
  return { args: [`--port=${port}`], env, readTotals };
}

function configOf({ model, config }: AcpOptions): JsonObject {
  const given = isJsonObject(config) ? config : {};
  return { ...CONFIG, ...(model === undefined ? {} : { model }), ...given };
}

/** Its folders on the account, made so that it finds nothing to install: it would fetch a plugin for every configuration folder. */
async function homesOf(request: SessionRequest): Promise<Record<string, string>> {
  const { account, runtime } = request;
  if (account === undefined) return {};
  const base = account.stateDirectory;
  const seeded = `${base}/config/opencode`;
  if ((await runtime.stat(`${seeded}/package.json`)) === undefined) {
    const dependencies = { "@opencode-ai/plugin": "*" };
    await runtime.makeDirectory(`${seeded}/node_modules`, { mode: 0o700 });
    await runtime.writeText(`${seeded}/package-lock.json`, JSON.stringify({ packages: { "": { dependencies } } }));
    await runtime.writeText(`${seeded}/package.json`, JSON.stringify({ dependencies }));
  }
  await linkLogin(request, `${account.userHome}/.local/share/opencode/auth.json`, `${base}/data/opencode/auth.json`);
  return {
    XDG_CONFIG_HOME: `${base}/config`,
    XDG_DATA_HOME: `${base}/data`,
    XDG_CACHE_HOME: `${base}/cache`,
    XDG_STATE_HOME: `${base}/state`,
  };
}

/** Over ACP it tells the usage of its last step only; the session itself knows all. */
function totalsReader(url: string, password: string, request: SessionRequest): ReadTotals {
  const authorization = `Basic ${Buffer.from(`opencode:${password}`).toString("base64")}`;
  const directory = encodeURIComponent(request.workspace);
  return async (sessionId) => {
    try {
      const session = await withDeadline(request.clock, TOTALS_MS, request.signal, async (signal) => {
        const answer = await fetch(`${url}/session/${sessionId}?directory=${directory}`, {
          headers: { authorization },
          signal,
        });
        return answer.json();
      });
      if (!validateOpencodeSession(session)) return null;
      return { usage: opencodeTotals(session), costUsd: session.cost ?? 0 };
    } catch {
      // It has ended, or listens elsewhere; what ACP says of the last step is better than nothing.
      return null;
    }
  };
}
