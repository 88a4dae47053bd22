import { isMaestroError, MaestroError } from "../base/errors.ts";
import { maskCredentials } from "./failure.ts";
import { TRACKING } from "./mirror.ts";
import type { GitParts } from "./parts.ts";

/** What is pushed where. */
interface Push {
  readonly branch: string;
  readonly sha: string;
  /** `null`: the remote has no such branch. */
  readonly expected: string | null;
}

const REJECTED = /\[(?:remote )?rejected\]|stale info|non-fast-forward|fetch first|hook declined|pre-receive/i;

/** `HostGit.push`: compare and set, never over commits that `sha` does not contain. */
export function push(parts: GitParts, wanted: Push, signal: AbortSignal): Promise<"pushed" | "already"> {
  return parts.mirror.exclusive(async (learn) => {
    const standing = await compare(parts, wanted, signal);
    if (standing === "already") {
      await learn(wanted.branch, wanted.sha);
      return standing;
    }
    await refuseRewrite(parts, wanted, signal);
    try {
      await send(parts, wanted, signal);
    } catch (error) {
      await requireCommit(parts, wanted.sha, signal);
      if (!isMaestroError(error) || !REJECTED.test(String(error.facts.stderr))) throw error;
      // Somebody else's push of the same commit is as good as ours.
      const now = await compare(parts, wanted, signal);
      if (now !== "already") throw rejected(wanted, "the remote refused it", { stderr: error.facts.stderr ?? "" });
    }
    await learn(wanted.branch, wanted.sha);
    return "pushed";
  }, signal);
}

/** Where the remote stands. Throws `git_rejected` when that is neither at `sha` nor where it was expected. */
async function compare(parts: GitParts, wanted: Push, signal: AbortSignal): Promise<"already" | "as_expected"> {
  const actual = (await parts.mirror.heads([wanted.branch], signal)).get(wanted.branch) ?? null;
  if (actual === wanted.sha) return "already";
  if (actual === wanted.expected) return "as_expected";
  throw rejected(wanted, "the remote's branch stands elsewhere than expected", { actual });
}

async function refuseRewrite(parts: GitParts, { expected, sha, ...rest }: Push, signal: AbortSignal): Promise<void> {
  if (expected === null) return;
  const args = ["merge-base", "--is-ancestor", expected, sha];
  // 128: the expected commit is not here, so what would be overwritten is somebody else's.
  const { code } = await parts.git(await parts.mirror.place(), args, signal, { codes: [0, 1, 128] });
  if (code === 0) return;
  await requireCommit(parts, sha, signal);
  throw rejected({ expected, sha, ...rest }, "it would drop commits that the remote has", {});
}

/** A commit that is not here is the caller's mistake, not the remote's refusal: `git_failed`. */
async function requireCommit(parts: GitParts, sha: string, signal: AbortSignal): Promise<void> {
  await parts.git(await parts.mirror.place(), ["cat-file", "-e", `${sha}^{commit}`], signal);
}

/** Named as `origin` for this one command, so that Git itself notes where the branch stands afterwards. */
async function send(parts: GitParts, { branch, sha, expected }: Push, signal: AbortSignal): Promise<void> {
  const ref = `refs/heads/${branch}`;
  const lease = `--force-with-lease=${ref}:${expected ?? ""}`;
  const flags = ["--quiet", "--no-verify", "--no-follow-tags", "--no-signed", "--recurse-submodules=no", lease];
  const { remote } = parts.options.source;
  const origin = [`remote.origin.url=${remote}`, `remote.origin.fetch=+refs/heads/*:${TRACKING}*`];
  const named = origin.flatMap((setting) => ["-c", setting]);
  await parts.git(await parts.mirror.place(), [...named, "push", ...flags, "origin", `${sha}:${ref}`], signal, {
    remote: true,
  });
}

function rejected(wanted: Push, why: string, facts: MaestroError["facts"]): MaestroError {
  return new MaestroError({
    code: "git_rejected",
    message: maskCredentials(`The push to ${wanted.branch} was refused: ${why}.`),
    hint: "Look at the branch on the remote: somebody else may have pushed to it.",
    facts: { branch: wanted.branch, sha: wanted.sha, expected: wanted.expected, ...facts },
  });
}
