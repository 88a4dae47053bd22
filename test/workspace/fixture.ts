import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { memoryLog } from "../../src/base/log.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import type { Runtime } from "../../src/contracts/runtime.ts";
import { createHostGit, type HostGit } from "../../src/git/index.ts";
import type { Issue } from "../../src/model/issue.ts";
import type { Hooks } from "../../src/model/hooks.ts";
import { localRuntime } from "../../src/runtimes/local/index.ts";
import {
  createWorkspaces,
  type HookResult,
  type WorkspaceLane,
  type WorkspacesOptions,
} from "../../src/workspace/index.ts";

export const clock = systemClock();
export const open = new AbortController().signal;

export const issue: Issue = {
  id: "id-1",
  nativeRef: null,
  identifier: "MT-1",
  title: "Make it; $(touch pwned)",
  description: null,
  priority: null,
  state: "In Progress",
  branchName: null,
  url: null,
  assigneeId: null,
  labels: [],
  blockedBy: [],
  dispatchable: true,
  createdAt: null,
  updatedAt: null,
};

let rooms = 0;

/** One machine with real files and processes in a folder of its own. */
export class Room {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), "maestro-workspace-")));
  readonly root = join(this.directory, "root");
  readonly salvage = join(this.directory, "salvage");
  readonly log = memoryLog();
  readonly secrets = new SecretRegistry();
  readonly hooked: HookResult[] = [];
  /** Of its own, because processes are ended by markers that begin with it, and other tests run at the same time. */
  readonly workflowId = `test-${process.pid}-${++rooms}`;
  readonly runtime: Runtime = localRuntime({ clock, machine: "here", log: this.log });

  /** A new object each time, as after a restart. */
  workspaces(changes: Partial<Omit<WorkspacesOptions, "hooks">> & { readonly hooks?: Partial<Hooks> } = {}) {
    const none = { afterCreate: null, beforeRun: null, afterRun: null, beforeRemove: null, timeoutMs: 60_000, env: {} };
    return createWorkspaces({
      runtime: this.runtime,
      git: null,
      root: this.root,
      strategy: "worktree",
      workflowId: this.workflowId,
      hookEnvironment: () => ({ PATH: process.env.PATH ?? "/usr/bin:/bin" }),
      minFreeBytes: 0,
      salvageDirectory: this.salvage,
      log: this.log,
      secrets: this.secrets,
      clock,
      ...changes,
      hooks: { ...none, ...changes.hooks },
    });
  }

  lane(changes: Partial<WorkspaceLane> = {}): WorkspaceLane {
    const onHook = (result: HookResult): void => {
      this.hooked.push(result);
    };
    return { key: "MT-1", issue, branch: null, laneId: "lane_1", run: 1, onHook, ...changes };
  }

  path(key = "MT-1"): string {
    return join(this.root, key);
  }

  /** The names in a folder of the room; an empty list when there is none. */
  async names(path: string): Promise<string[]> {
    if ((await this.runtime.stat(path)) === undefined) return [];
    return (await this.runtime.list(path)).map(({ name }) => name);
  }

  /** The texts of all files below the salvage folder, by their path there. */
  async salvaged(): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    const walk = async (path: string): Promise<void> => {
      for (const { name, kind } of await this.runtime.list(path)) {
        if (kind === "directory") await walk(join(path, name));
        else found[join(path, name).slice(this.salvage.length + 1)] = await this.runtime.readText(join(path, name));
      }
    };
    if ((await this.runtime.stat(this.salvage)) !== undefined) await walk(this.salvage);
    return found;
  }

  /** A host's Git over a new bare repository with one commit. */
  git(): HostGit {
    const bare = join(this.directory, "origin.git");
    const git = (...args: string[]) => execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args]);
    git("init", "-q", "--bare", "-b", "main", bare);
    git("init", "-q", "-b", "main", join(this.directory, "seed"));
    execFileSync("sh", ["-c", "echo hello > seed.txt"], { cwd: join(this.directory, "seed") });
    git("-C", join(this.directory, "seed"), "add", "-A");
    git("-C", join(this.directory, "seed"), "commit", "-q", "-m", "seed");
    git("-C", join(this.directory, "seed"), "push", "-q", bare, "main");
    return createHostGit({
      runtime: this.runtime,
      clock,
      log: this.log,
      stateDirectory: join(this.directory, "state"),
      source: { remote: bare, path: null },
      baseBranch: "main",
      identity: { name: "Maestro", email: "maestro@localhost" },
      environment: { PATH: process.env.PATH ?? "", HOME: this.directory },
      workspaceRoot: this.root,
    });
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The runtime, with one method that fails while `when` says so: as a crash or a refusal of the system would. */
export function failing(
  runtime: Runtime,
  method: "rename" | "remove" | "writeText",
  when: (path: string) => Error | null,
): Runtime {
  const guard = (path: string): void => {
    const error = when(path);
    if (error !== null) throw error;
  };
  const changed: Pick<Runtime, "rename" | "remove" | "writeText"> = {
    rename: async (from, to) => {
      if (method === "rename") guard(from);
      return runtime.rename(from, to);
    },
    remove: async (path) => {
      if (method === "remove") guard(path);
      return runtime.remove(path);
    },
    writeText: async (path, text, options) => {
      if (method === "writeText") guard(path);
      return runtime.writeText(path, text, options);
    },
  };
  return { ...runtime, ...changed };
}
