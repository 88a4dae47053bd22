import { realAgent } from "../bench.ts";

/** The real Gemini CLI, or `null`. */
export const GEMINI = realAgent("gemini");

/** Node runs it; its own starter would add a process. */
export const GEMINI_COMMAND = [process.execPath, GEMINI ?? "", "--acp"];

export const GEMINI_OPTIONS = { command: GEMINI_COMMAND, model: "gemini-2.5-pro" };

/** The environment of one whose model is scripted. */
export function geminiEnv(url: string) {
  return { GEMINI_API_KEY: "fake-key", GOOGLE_GEMINI_BASE_URL: url };
}
