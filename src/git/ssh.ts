/** How the host's Git logs in over SSH. */
export interface SshLogin {
  /** `none`: with nothing; `key`: with one key file and nothing else; `agent`: with the keys of the user's SSH agent. */
  readonly auth: "none" | "key" | "agent";
  /** Absolute path of the key file, for `key`. */
  readonly key?: string | null;
  /** Absolute path of the file of known host keys. Default: the user's own, `~/.ssh/known_hosts`. */
  readonly knownHosts?: string | null;
}

/**
 * What never depends on anybody: no configuration file is read, nothing is asked, an unknown host is no host, and nothing is forwarded or
 * started here.
 */
const FIXED: readonly string[] = [
  "BatchMode=yes",
  "ConnectTimeout=20",
  "StrictHostKeyChecking=yes",
  "UpdateHostKeys=no",
  "PasswordAuthentication=no",
  "KbdInteractiveAuthentication=no",
  "ForwardAgent=no",
  "ForwardX11=no",
  "ClearAllForwardings=yes",
  "PermitLocalCommand=no",
  "ProxyCommand=none",
];

/** The value of GIT_SSH_COMMAND. Pure. */
export function sshCommand({ auth, key, knownHosts }: SshLogin): string {
  const login = {
    none: ["IdentityAgent=none", "IdentityFile=none", "IdentitiesOnly=yes"],
    key: ["IdentityAgent=none", "IdentitiesOnly=yes"],
    // ssh reads the variable itself; Git gets it only for this choice.
    agent: ["IdentityAgent=SSH_AUTH_SOCK", "IdentityFile=none"],
  }[auth];
  const hosts = knownHosts == null ? [] : [`UserKnownHostsFile=${sshQuoted(knownHosts)}`];
  const options = [...FIXED, ...login, ...hosts].flatMap((option) => ["-o", option]);
  const identity = auth === "key" && key != null ? ["-i", key] : [];
  return ["ssh", "-F", "/dev/null", ...options, ...identity].map(shellQuoted).join(" ");
}

/** Git hands the command to a shell. */
function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** ssh takes several files in one option, so a blank in a name is quoted for it too; `%` would begin a token. */
function sshQuoted(path: string): string {
  return `"${path.replaceAll("%", "%%")}"`;
}
