import { isJsonObject, type JsonObject } from "../../base/json.ts";
import type { SessionRequest } from "../../contracts/agent-provider.ts";
import { linkLogin } from "./login.ts";
import type { Prepared } from "./preset.ts";
import type { AcpOptions } from "./schema.ts";
import { SERVER } from "./session.ts";

/** The files of a login with an account; a key comes by `agent_runtime.pass: [GEMINI_API_KEY]`. */
const LOGIN_FILES = ["oauth_creds.json", "google_accounts.json", "settings.json"] as const;

/**
 * Above the settings of the person and of the repository. It takes no tools without trusting the folder, and would then run the hooks and the
 * tool servers that the repository names. By itself it asks ten times, up to half a minute apart, without a word.
 */
const SETTINGS: JsonObject = {
  general: { enableAutoUpdate: false, enableAutoUpdateNotification: false, maxAttempts: 2 },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  hooksConfig: { enabled: false },
  mcp: { allowed: [SERVER] },
};

/** Gemini CLI keeps everything in `.gemini` of its home. */
export async function prepareGemini(options: AcpOptions, request: SessionRequest): Promise<Prepared> {
  const { account } = request;
  const given = { ...request.env, ...options.env };
  const env = {
    GEMINI_CLI_SYSTEM_SETTINGS_PATH: await writeSettings(options, request, given.GEMINI_API_KEY !== undefined),
    GEMINI_CLI_TRUST_WORKSPACE: "true",
    // It would start itself once more, for a larger heap.
    GEMINI_CLI_NO_RELAUNCH: "true",
    ...(account === undefined ? {} : { HOME: account.stateDirectory }),
  };
  if (account !== undefined) {
    for (const file of LOGIN_FILES) {
      await linkLogin(request, `${account.userHome}/.gemini/${file}`, `${account.stateDirectory}/.gemini/${file}`);
    }
  }
  const model = options.model === undefined ? [] : ["--model", options.model];
  // The lists of the settings are added up; this one stands alone.
  return { args: [...model, `--allowed-mcp-server-names=${SERVER}`], env, readTotals: null };
}

/** In a file of the run's own. A key is said to be one: an old session is not loaded otherwise. */
async function writeSettings(
  { config }: AcpOptions,
  { runtime, temporaryDirectory, marker }: SessionRequest,
  hasKey: boolean,
): Promise<string> {
  const file = `${temporaryDirectory ?? runtime.temporaryDirectory()}/${marker}-gemini.json`;
  const login = hasKey ? { security: { auth: { selectedType: "gemini-api-key" } } } : {};
  const given = isJsonObject(config) ? config : {};
  await runtime.writeText(file, JSON.stringify({ ...SETTINGS, ...login, ...given }), { mode: 0o600, durable: false });
  return file;
}
