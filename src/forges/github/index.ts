import type { ForgeProvider } from "../../contracts/forge.ts";
import { GITHUB_SECRET_KEYS, openGithub } from "../../github/index.ts";
import { GithubForge } from "./client.ts";
import { parseGithubOptions, readGithubOptions } from "./options.ts";

/** Pull requests of one repository on GitHub, or on a GitHub server of one's own. */
export const githubForge: ForgeProvider = {
  kind: "github",
  can: [
    "reviews",
    "publishChecks",
    "merge",
    "drafts",
    "threads",
    "knowsRequired",
    "mergeMethods",
    "comparesHead",
    "reviewers",
    "labels",
  ],
  secretKeys: GITHUB_SECRET_KEYS,
  parseOptions: parseGithubOptions,
  open: async (options, context) => {
    const client = await openGithub(options, "forge", context);
    return new GithubForge(client, readGithubOptions(options), context.clock);
  },
};
