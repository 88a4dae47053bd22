import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { openHostGit } from "./app-git.ts";
import type { Clock } from "./base/clock.ts";
import { silentLog } from "./base/log.ts";
import type { Random } from "./base/random.ts";
import type { GitTrial, Opened } from "./cli/app.ts";
import type { Forge } from "./contracts/forge.ts";
import type { Workflow } from "./model/workflow.ts";
import { localRuntime } from "./runtimes/local/index.ts";

/** A branch of its own on the workflow's remote, made in a temporary folder; `null` for a forge that keeps no Git. */
export async function openGitTrial(
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  workflow: Workflow,
  forge: Forge,
): Promise<Opened<GitTrial> | null> {
  const directory = await mkdtemp(join(tmpdir(), "maestro-smoke-"));
  const close = () => rm(directory, { recursive: true, force: true });
  const runtime = localRuntime({ clock, machine: hostname(), log: silentLog });
  const places = { stateDirectory: join(directory, "state"), workspaceRoot: join(directory, "workspaces") };
  await mkdir(places.workspaceRoot);
  const git = openHostGit({ runtime, clock, log: silentLog, forge: () => forge, ...places }, workflow.repo);
  if (git === null || workflow.repo === null) {
    await close();
    return null;
  }
  const name = `smoke-${random.hex(4)}`;
  const branch = `${workflow.repo.branchPrefix}${name}`;
  const lane = { workspaceKey: name, path: join(places.workspaceRoot, name), branch, strategy: "worktree" } as const;
  const value: GitTrial = {
    branch,
    push: async (signal) => {
      await git.prepare(lane, signal);
      await runtime.writeText(join(lane.path, `.${name}.txt`), "A trial of `maestro smoke forge`.\n");
      const { headSha } = await git.takeOver(lane, { message: "Maestro smoke test" }, signal);
      await git.push(branch, headSha, null, signal);
      return headSha;
    },
  };
  return { value, close };
}
