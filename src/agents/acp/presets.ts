import { prepareGemini } from "./gemini.ts";
import { prepareOpencode } from "./opencode.ts";
import type { Prepared, Preset } from "./preset.ts";

const asItIs = async (): Promise<Prepared> => ({ args: [], env: {}, readTotals: null });

/** The agents that are known by name; `acp` is any other. */
export const PRESETS = {
  acp: { kind: "acp", command: null, prepare: asItIs, litter: [] },
  opencode: { kind: "opencode", command: ["opencode", "acp"], prepare: prepareOpencode, litter: [".opencode"] },
  gemini: { kind: "gemini", command: ["gemini", "--acp"], prepare: prepareGemini, litter: [".gemini"] },
  codebuddyCode: {
    kind: "codebuddy_code",
    command: ["codebuddy", "--acp"],
    prepare: async ({ model }) => ({ ...(await asItIs()), args: model === undefined ? [] : ["--model", model] }),
    litter: [".codebuddy"],
  },
} as const satisfies Record<string, Preset>;
