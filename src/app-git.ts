import type { Clock } from "./base/clock.ts";
import type { Log } from "./base/log.ts";
import type { Forge } from "./contracts/forge.ts";
import type { Runtime } from "./contracts/runtime.ts";
import { createHostGit, type GitLeftovers, type HostGit, sshCommand } from "./git/index.ts";
import type { RepoSettings } from "./model/workflow.ts";

/** What the host's Git is made with beside the workflow. */
export interface GitSurroundings {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly log: Log;
  readonly stateDirectory: string;
  readonly workspaceRoot: string;
  readonly forge: () => Forge | null;
}

/** Commits of the host's own, when the workflow says nothing. */
const IDENTITY = { name: "Maestro", email: "maestro@localhost" };
/** What Git gets of the daemon's environment; what holds keys only where the workflow asks for them. */
const GIT_VARIABLES = ["PATH", "HOME", "TMPDIR"];

/** The host's Git for a workflow's repository; `null` without one, and for a forge that keeps no Git. */
export function openHostGit(around: GitSurroundings, repo: RepoSettings | null): (HostGit & GitLeftovers) | null {
  if (repo === null) return null;
  const { forge, ...rest } = around;
  const remote = repo.remote ?? forge()?.remote() ?? repo.path;
  if (remote === null) return null;
  const { commit, ssh } = repo;
  return createHostGit({
    ...rest,
    source: { remote, path: repo.path },
    baseBranch: repo.baseBranch,
    identity: commit === undefined ? IDENTITY : { name: commit.name, email: commit.email },
    ...(commit === undefined || commit.sign === "none" ? {} : { signing: { kind: commit.sign, key: commit.key } }),
    environment: environmentOf(around, repo),
    ...(ssh === undefined ? {} : { remoteEnvironment: { GIT_SSH_COMMAND: sshCommand(ssh) } }),
    credential: async (signal) => (await forge()?.gitCredential?.({ signal })) ?? null,
  });
}

function environmentOf({ runtime }: GitSurroundings, { commit, ssh }: RepoSettings): Record<string, string> {
  const all = runtime.environment();
  const names = [
    ...GIT_VARIABLES,
    ...(ssh?.auth === "agent" ? ["SSH_AUTH_SOCK"] : []),
    ...(commit?.sign === "gpg" ? ["GNUPGHOME"] : []),
  ];
  return Object.fromEntries(names.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
}
