import type { HostGitOptions } from "./options.ts";

/** Answers Git's two questions for one address, and every other one with a failure. It holds nothing that is secret. */
const SCRIPT = `#!/bin/sh
case "$1" in
  "Username for '$MAESTRO_GIT_SCHEME://$MAESTRO_GIT_HOST': ") printf '%s\\n' "$MAESTRO_GIT_USERNAME" ;;
  "Password for '$MAESTRO_GIT_SCHEME://$MAESTRO_GIT_USERNAME@$MAESTRO_GIT_HOST': ") printf '%s\\n' "$MAESTRO_GIT_PASSWORD" ;;
  *) exit 1 ;;
esac
`;

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d+)?$/;

/**
 * What a command that talks to the remote gets to log in there: the login is in its environment only, for as long as it runs, and goes to
 * the remote's own host alone. Nothing for SSH, for paths, for a login of another host and for plain HTTP beyond this machine. Throws what
 * `credential` throws.
 */
export async function loginEnvironment(options: HostGitOptions, signal: AbortSignal): Promise<Record<string, string>> {
  const { credential, runtime, source, stateDirectory } = options;
  const [, scheme = "", host = ""] = /^(https?):\/\/(?:[^/@]*@)?([^/?#]+)/i.exec(source.remote) ?? [];
  if (credential === undefined || host === "") return {};
  if (scheme.toLowerCase() === "http" && !LOOPBACK.test(host)) return {};
  const login = await credential(signal);
  if (login === null || new URL(source.remote).host !== login.host.toLowerCase()) return {};
  const path = `${stateDirectory}/git/askpass`;
  const known = await runtime.stat(path);
  if (known === undefined || (await runtime.readText(path)) !== SCRIPT) {
    await runtime.makeDirectory(`${stateDirectory}/git`, { mode: 0o700 });
    await runtime.writeText(path, SCRIPT, { mode: 0o700 });
  }
  return {
    GIT_ASKPASS: path,
    MAESTRO_GIT_SCHEME: scheme,
    MAESTRO_GIT_HOST: host,
    MAESTRO_GIT_USERNAME: login.username,
    MAESTRO_GIT_PASSWORD: login.password,
  };
}
