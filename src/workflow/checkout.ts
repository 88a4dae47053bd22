import { lstat, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemCode } from "../base/errors.ts";

/** How long Git may take to say whether it ignores a path, milliseconds. It reads a few small files. */
const GIT_LIMIT_MS = 10_000;

/**
 * Why workspaces must not lie in this folder, or undefined when they may: inside a checkout, `git clean` and `git add` would take them,
 * unless Git ignores the folder. What cannot be found out is a reason as well.
 */
export async function refuseRoot(
  root: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly message: string; readonly hint: string } | undefined> {
  try {
    const real = await realPathOf(root);
    const checkout = await checkoutOf(real);
    if (checkout === undefined || (await isIgnored(checkout, real, environment))) return undefined;
    return {
      message: `lies inside the checkout ${checkout}, and Git does not ignore it`,
      hint: "leave it out, or name a folder outside, or add it to .gitignore",
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { message: `cannot be checked: ${why}`, hint: "name a folder that can be read" };
  }
}

/** The path with the links of its existing part followed; the rest may be made later. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    return join(await realPathOf(dirname(path)), path.slice(dirname(path).length));
  }
}

async function checkoutOf(path: string): Promise<string | undefined> {
  for (let folder = path; ; folder = dirname(folder)) {
    if (await exists(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return false;
    throw error;
  }
}

async function isIgnored(
  checkout: string,
  root: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const { execa } = await import("execa");
  // A workspace is asked about, not the root: patterns for folders only match what lies in them before they exist.
  const result = await execa("git", ["check-ignore", "--quiet", "--", join(root, "workspace")], {
    cwd: checkout,
    extendEnv: false,
    env: { PATH: environment.PATH, HOME: environment.HOME, LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0" },
    timeout: GIT_LIMIT_MS,
    reject: false,
  });
  if (result.exitCode === 0) return true;
  if (result.exitCode === 1) return false;
  throw new Error(`git check-ignore failed: ${result.stderr || result.shortMessage || "no answer"}`);
}
