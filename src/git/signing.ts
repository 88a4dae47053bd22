import type { GitParts } from "./parts.ts";

/** How the host signs its commits. */
export interface Signing {
  readonly kind: "ssh" | "gpg";
  /** `ssh`: absolute path of the private key, or of its public half when an agent has it; `gpg`: id of the key, `null`: the one of the identity. */
  readonly key: string | null;
}

/** What turns signing on for one command: settings in front of its name, and the flag behind it. Empty without signing. */
export function signingOf({ options }: GitParts): {
  readonly before: readonly string[];
  readonly flags: readonly string[];
} {
  const { signing } = options;
  if (signing === undefined) return { before: [], flags: [] };
  const settings =
    signing.kind === "ssh"
      ? ["gpg.format=ssh", "gpg.ssh.program=ssh-keygen"]
      : ["gpg.format=openpgp", "gpg.program=gpg"];
  const key = signing.key === null ? [] : [`user.signingKey=${signing.key}`];
  return { before: [...settings, ...key].flatMap((setting) => ["-c", setting]), flags: ["-S"] };
}
