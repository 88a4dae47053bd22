import type { TrackerProvider } from "../../contracts/tracker.ts";
import { GITHUB_SECRET_KEYS, openGithub } from "../../github/index.ts";
import { GithubTracker } from "./client.ts";
import { LIFECYCLE, parseGithubOptions, readGithubOptions } from "./options.ts";

/** Issues of one repository on GitHub, or on a GitHub server of one's own. */
export const githubTracker: TrackerProvider = {
  kind: "github",
  lifecycle: LIFECYCLE,
  can: ["move", "comment", "label", "create", "update", "attach", "relations", "claim"],
  secretKeys: GITHUB_SECRET_KEYS,
  parseOptions: parseGithubOptions,
  open: async (options, context) => {
    const client = await openGithub(options, "tracker", context);
    return new GithubTracker(client, readGithubOptions(options), context.clock);
  },
};
