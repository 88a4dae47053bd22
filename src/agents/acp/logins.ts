import type { SessionRequest } from "../../contracts/agent-provider.ts";
import type { AcpOptions } from "./schema.ts";

/** What a login is looked for in. */
type Place = Pick<SessionRequest, "account" | "env" | "runtime">;
/** Says which login a session would use, never its value; `null` when none is found. */
export type FindLogin = (options: AcpOptions, place: Place) => Promise<string | null>;

/** Keys of model providers that opencode takes from its environment. */
const OPENCODE_KEYS = [
  "ANTHROPIC_API_KEY",
  "OPENAI_API_KEY",
  "GEMINI_API_KEY",
  "GOOGLE_GENERATIVE_AI_API_KEY",
  "OPENROUTER_API_KEY",
  "GROQ_API_KEY",
  "MISTRAL_API_KEY",
  "DEEPSEEK_API_KEY",
  "XAI_API_KEY",
];
const GEMINI_KEYS = ["GEMINI_API_KEY", "GOOGLE_API_KEY"];

/** Its settings name a provider of their own, or a key is in its environment, or it logged in on this machine. */
export const opencodeLogin: FindLogin = async (options, place) => {
  const own = Object.keys(sectionOf(options.config, "provider"));
  if (own.length > 0) return `the provider ${own.join(", ")} of agent_provider.options.config`;
  return keyIn(OPENCODE_KEYS, options, place) ?? fileIn(place, "data/opencode/auth.json", "a login of opencode");
};

/** A key in its environment, or a login with Google on this machine. */
export const geminiLogin: FindLogin = async (options, place) =>
  keyIn(GEMINI_KEYS, options, place) ?? fileIn(place, ".gemini/oauth_creds.json", "a login with Google");

/** Nothing is known about how it logs in. */
export const unknownLogin: FindLogin = async () => "whatever the agent itself finds; Maestro does not know";

function keyIn(names: readonly string[], { env = {} }: AcpOptions, place: Place): string | null {
  const found = names.find((name) => (env[name] ?? place.env[name] ?? "") !== "");
  return found === undefined ? null : `the key in ${found}`;
}

async function fileIn({ account, runtime }: Place, file: string, words: string): Promise<string | null> {
  if (account === undefined) return null;
  return (await runtime.stat(`${account.stateDirectory}/${file}`)) === undefined ? null : words;
}

function sectionOf(config: object | undefined, name: string): object {
  const found: unknown = config === undefined ? undefined : Object.entries(config).find(([key]) => key === name)?.[1];
  return typeof found === "object" && found !== null ? found : {};
}
