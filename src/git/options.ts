import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { GitCredential } from "../contracts/forge.ts";
import type { Runtime } from "../contracts/runtime.ts";

/** How the host signs its commits. */
export interface Signing {
  readonly kind: "ssh" | "gpg";
  /** `ssh`: absolute path of the private key, or of its public half when an agent has it; `gpg`: id of the key, `null`: the one of the identity. */
  readonly key: string | null;
}

/** How the host's Git is set up for one project. */
export interface HostGitOptions {
  readonly runtime: Runtime;
  /** Dates the host's commits and paces retries. */
  readonly clock: Clock;
  readonly log: Log;
  /** Absolute. The host keeps its git dirs, its object store and its indexes below; one HostGit at a time may use it. */
  readonly stateDirectory: string;
  readonly source: {
    /** URL or absolute path: where base and branches live and are pushed. */
    readonly remote: string;
    /** The user's own checkout: its objects may spare the first download. Never worked in, never written. */
    readonly path: string | null;
  };
  readonly baseBranch: string;
  /** Author and committer of the host's commits; also set in the agent's own `.git`. */
  readonly identity: { readonly name: string; readonly email: string };
  /** Signs the host's commits. Absent: they are not signed. */
  readonly signing?: Signing;
  /** Longest time of one Git command, in milliseconds. Default 120,000. */
  readonly timeoutMs?: number;
  /** Base environment of every command: PATH, HOME, proxies. `GIT_…` names in it are dropped. */
  readonly environment: Readonly<Record<string, string>>;
  /** Added for commands that talk to the remote, e.g. GIT_ASKPASS, GIT_SSH_COMMAND, GIT_SSL_CAINFO. Default {}. */
  readonly remoteEnvironment?: Readonly<Record<string, string>>;
  /** The login for an HTTPS remote, asked for each command that talks to it; `null`: none is needed. Only the login's own host gets it. */
  readonly credential?: (signal: AbortSignal) => Promise<GitCredential | null>;
  /** Absolute. Every lane's tree has to lie below. */
  readonly workspaceRoot: string;
}

/** Longest time of one Git command without another word, in milliseconds. */
export const DEFAULT_TIMEOUT_MS = 120_000;
