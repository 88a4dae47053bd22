import { MaestroError } from "../base/errors.ts";
import { TRACKING } from "./mirror.ts";
import type { GitParts } from "./parts.ts";

/** `HostGit.salvageBranch`. */
export async function salvageBranch(
  { options, git, mirror }: GitParts,
  { branch, head, into }: { readonly branch: string; readonly head: string; readonly into: string },
  signal: AbortSignal,
): Promise<string | null> {
  const base = await mirror.refresh([branch], signal);
  if ((await mirror.heads([branch], signal)).get(branch) !== head) {
    throw new MaestroError({
      code: "git_rejected",
      message: `The remote's ${branch} does not stand at ${head} any more.`,
    });
  }
  const place = await mirror.place();
  const { stdout } = await git(place, ["rev-list", "--count", `${base}..${head}`], signal);
  if (stdout.trim() === "0") return null;
  await options.runtime.makeDirectory(into);
  const input = `${TRACKING}${branch}\n^${base}\n`;
  await git(place, ["bundle", "create", "--quiet", `${into}/commits.bundle`, "--stdin"], signal, { input });
  const words = [
    `# ${branch}`,
    "",
    `${stdout.trim()} commits up to ${head}, which the base did not have. Take them up with:`,
    "",
  ];
  const command = `    git fetch commits.bundle ${TRACKING}${branch}:refs/heads/recovered`;
  await options.runtime.writeText(`${into}/README.md`, [...words, command, ""].join("\n"));
  return into;
}
