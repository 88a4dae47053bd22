import type { SessionRequest } from "../../contracts/agent-provider.ts";
import { linkLogin } from "./login.ts";
import type { Prepared } from "./preset.ts";
import type { AcpOptions } from "./schema.ts";

/** The files of a login with an account; a key comes by `agent_runtime.pass: [GEMINI_API_KEY]`. */
const LOGIN_FILES = ["oauth_creds.json", "google_accounts.json", "settings.json"] as const;

/** Gemini CLI keeps everything in `.gemini` of its home. */
export async function prepareGemini({ model }: AcpOptions, request: SessionRequest): Promise<Prepared> {
  const args = model === undefined ? [] : ["--model", model];
  const { account } = request;
  if (account === undefined) return { args, env: {}, readTotals: null };
  for (const file of LOGIN_FILES) {
    await linkLogin(request, `${account.userHome}/.gemini/${file}`, `${account.stateDirectory}/.gemini/${file}`);
  }
  return { args, env: { HOME: account.stateDirectory }, readTotals: null };
}
