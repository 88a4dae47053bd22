import type { GitParts } from "./parts.ts";

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
