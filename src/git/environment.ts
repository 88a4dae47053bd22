import { sshCommand } from "./ssh.ts";

/**
 * Settings of every command. The git dirs of the host hold constants only, so most of these merely make sure that nothing is left to a default that
 * reads outside or starts a program. `core.alternateRefsCommand` is a command because the built-in way would run Git inside an alternate's repository.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  "core.hooksPath": "/dev/null",
  "core.fsmonitor": "false",
  "core.untrackedCache": "false",
  "core.attributesFile": "/dev/null",
  "core.excludesFile": "/dev/null",
  "core.alternateRefsCommand": "true",
  "core.askPass": "",
  "core.pager": "cat",
  "core.editor": "true",
  "core.autocrlf": "false",
  "core.quotePath": "false",
  "core.commitGraph": "false",
  "core.multiPackIndex": "false",
  "credential.helper": "",
  "protocol.ext.allow": "never",
  "commit.gpgSign": "false",
  "push.gpgSign": "false",
  "merge.verifySignatures": "false",
  "gpg.program": "false",
  "gc.auto": "0",
  "maintenance.auto": "false",
  "submodule.recurse": "false",
  "fetch.recurseSubmodules": "false",
  "push.recurseSubmodules": "no",
  "diff.ignoreSubmodules": "all",
};

const FIXED: Readonly<Record<string, string>> = {
  LC_ALL: "C",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_LITERAL_PATHSPECS: "1",
  GIT_NO_REPLACE_OBJECTS: "1",
  // Refuses ext:: and every other way to name a program in a URL.
  GIT_ALLOW_PROTOCOL: "file:git:ssh:http:https",
  GIT_SSH_COMMAND: sshCommand({ auth: "none" }),
  GIT_PAGER: "cat",
  GIT_EDITOR: "true",
  GIT_MERGE_AUTOEDIT: "no",
};

/** The environment of a Git command of the host: nothing of Git's own is inherited, every setting is fixed here. Pure. */
export function gitEnvironment(
  base: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>>,
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    if (!name.startsWith("GIT_") && name !== "SSH_ASKPASS") env[name] = value;
  }
  // A relative folder would be searched in the tree that a command works on.
  if (env.PATH !== undefined) env.PATH = absoluteOnly(env.PATH);
  return { ...env, ...FIXED, ...settings(), ...more };
}

function absoluteOnly(path: string): string {
  return path
    .split(":")
    .filter((folder) => folder.startsWith("/"))
    .join(":");
}

function settings(): Record<string, string> {
  const entries = Object.entries(SETTINGS);
  const env: Record<string, string> = { GIT_CONFIG_COUNT: String(entries.length) };
  for (const [at, [key, value]] of entries.entries()) {
    env[`GIT_CONFIG_KEY_${at}`] = key;
    env[`GIT_CONFIG_VALUE_${at}`] = value;
  }
  return env;
}
