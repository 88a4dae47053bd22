import type { ForgeProvider } from "../../contracts/forge.ts";
import { CnbForge } from "./client.ts";
import { parseCnbOptions, readCnbOptions, SECRET_KEYS } from "./options.ts";

/** Pull requests of one repository on CNB (cnb.cool). */
export const cnbForge: ForgeProvider = {
  kind: "cnb",
  secretKeys: SECRET_KEYS,
  can: ["reviews", "publishChecks", "merge", "drafts", "threads", "mergeMethods", "reviewers", "labels"],
  parseOptions: parseCnbOptions,
  open: async (options, context) => new CnbForge(readCnbOptions(options, context), context),
};
