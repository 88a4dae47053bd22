import { prepareGemini } from "./gemini.ts";
import { geminiLogin, opencodeLogin, unknownLogin } from "./logins.ts";
import { prepareOpencode } from "./opencode.ts";
import type { Prepared, Preset } from "./preset.ts";

const asItIs = async (): Promise<Prepared> => ({ args: [], env: {}, readTotals: null });

/** The agents that are known by name; `acp` is any other. */
export const PRESETS = {
  acp: { kind: "acp", command: null, prepare: asItIs, litter: [], tested: "any", login: unknownLogin },
  opencode: {
    ...{ kind: "opencode", command: ["opencode", "acp"], prepare: prepareOpencode, litter: [".opencode"] },
    ...{ tested: "1.18.x", login: opencodeLogin },
    loginCommand:
      (program: string) =>
      ({ stateDirectory }) => ({
        argv: [program, "auth", "login"],
        env: { XDG_DATA_HOME: `${stateDirectory}/data`, XDG_CONFIG_HOME: `${stateDirectory}/config` },
      }),
  },
  gemini: {
    ...{ kind: "gemini", command: ["gemini", "--acp"], prepare: prepareGemini, litter: [".gemini"] },
    ...{ tested: "0.61.x", login: geminiLogin },
  },
  codebuddyCode: {
    kind: "codebuddy_code",
    command: ["codebuddy", "--acp"],
    prepare: async ({ model }) => ({ ...(await asItIs()), args: model === undefined ? [] : ["--model", model] }),
    litter: [".codebuddy"],
    tested: "any",
    login: unknownLogin,
  },
} as const satisfies Record<string, Preset>;
