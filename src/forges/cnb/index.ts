import type { ForgeProvider } from "../../contracts/forge.ts";
import { CnbForge } from "./client.ts";
import { parseCnbOptions, readCnbOptions, SECRET_KEYS } from "./options.ts";

/** Pull requests of one repository on CNB (cnb.cool). */
export const cnbForge: ForgeProvider = {
  kind: "cnb",
  secretKeys: SECRET_KEYS,
  parseOptions: parseCnbOptions,
  open: async (options, context) => new CnbForge(readCnbOptions(options, context), context),
};
