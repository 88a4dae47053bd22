import { PRESETS } from "./presets.ts";
import { createAcpAgent } from "./provider.ts";

/** Any agent that speaks ACP v1, by its command. */
export const acpAgent = createAcpAgent(PRESETS.acp);
/** OpenCode. */
export const opencodeAgent = createAcpAgent(PRESETS.opencode);
/** Gemini CLI. */
export const geminiAgent = createAcpAgent(PRESETS.gemini);
/** CodeBuddy Code. */
export const codebuddyCodeAgent = createAcpAgent(PRESETS.codebuddyCode);
