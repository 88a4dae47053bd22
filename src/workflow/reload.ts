import { basename, join, resolve } from "node:path";
import type { FSWatcher } from "chokidar";
import { withDeadline } from "../base/abort.ts";
import { readTextIfExists } from "../base/atomic-file.ts";
import type { Timer } from "../base/clock.ts";
import { type MaestroError, toMaestroError } from "../base/errors.ts";
import { Mutex } from "../base/mutex.ts";
import type { Workflow } from "../model/workflow.ts";
import type { WatchInput } from "./input.ts";
import { type LoadedWorkflow, loadWithSources } from "./load.ts";
import { listParts } from "./profile-parts.ts";
import { foldersOf } from "./profiles.ts";

/** A workflow file that is followed: the last good snapshot, and what is wrong with the file now. */
export interface WorkflowSource {
  /** The newest snapshot that was valid. */
  current(): Workflow;
  /** Why the file as it stands is not in use; `null` when it is. New work must not start meanwhile (S-060, S-080). */
  problem(): MaestroError | null;
  /** A snapshot of this hash: one of the newest 20, or an older one that somebody still holds. */
  byHash(hash: string): Workflow | undefined;
  /** Looks at the files and takes up what changed, for a watch that missed it (S-077). Never rejects for a bad file. */
  recheck(): Promise<void>;
  /** Stops following. Idempotent. */
  close(): Promise<void>;
}

/** Editors write in several steps; one reload for all of them. Milliseconds. */
const SETTLE_MS = 100;
/** Longest wait for the system's watch to stand, milliseconds; `recheck` works without it. */
const WATCH_START_MS = 5_000;
const KEPT_SNAPSHOTS = 20;

/**
 * Loads a workflow file and follows it with its profile (S-073…S-078). A bad file never takes the last good one away. Rejects like
 * `loadWorkflow` when the file is bad at the start (S-079).
 */
export async function watchWorkflow(input: WatchInput): Promise<WorkflowSource> {
  const followed = new FollowedWorkflow(input, await loadWithSources(input));
  await followed.watch();
  return followed;
}

class FollowedWorkflow implements WorkflowSource {
  readonly #input: WatchInput;
  readonly #mutex = new Mutex();
  readonly #kept: Workflow[] = [];
  /** Older snapshots, as long as a lane's run holds them. */
  readonly #older = new Map<string, WeakRef<Workflow>>();
  #loaded: LoadedWorkflow;
  #seen: string | undefined;
  #problem: MaestroError | null = null;
  #watcher: FSWatcher | undefined;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(input: WatchInput, loaded: LoadedWorkflow) {
    this.#input = input;
    this.#loaded = loaded;
    this.#seen = loaded.sources.map(({ path, text }) => `${path}\n${text}`).join("\n");
    this.#keep(loaded.workflow);
    this.#warn();
  }

  current(): Workflow {
    return this.#loaded.workflow;
  }

  problem(): MaestroError | null {
    return this.#problem;
  }

  byHash(hash: string): Workflow | undefined {
    return this.#kept.find((workflow) => workflow.hash === hash) ?? this.#older.get(hash)?.deref();
  }

  async recheck(): Promise<void> {
    await this.#mutex.run(async () => {
      if (this.#isClosed) return;
      const seen = await this.#look();
      // What is wrong may lie outside the files (a variable, .gitignore), so a problem is looked at again.
      if (seen === this.#seen && this.#problem === null) return;
      this.#seen = seen;
      await this.#reload();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#watcher?.close();
  }

  /** Starts the system's watch. A watch that cannot be had is a warning: `recheck` finds every change as well. */
  async watch(): Promise<void> {
    const { watch } = await import("chokidar");
    const { log, clock } = this.#input;
    const watcher = watch(this.#watched(), { ignoreInitial: true, depth: 0 });
    this.#watcher = watcher;
    watcher.on("error", (error) => log.warn("the workflow file cannot be watched", { error: toMaestroError(error) }));
    watcher.on("all", () => this.#settle());
    try {
      const started = (): Promise<void> => new Promise((ready) => watcher.once("ready", () => ready()));
      await withDeadline(clock, WATCH_START_MS, undefined, started);
    } catch (error) {
      log.warn("the watch of the workflow file takes long to start", { error: toMaestroError(error) });
    }
  }

  #settle(): void {
    this.#timer?.cancel();
    if (this.#isClosed) return;
    this.#timer = this.#input.clock.setTimer(SETTLE_MS, () => {
      this.recheck().catch((error: unknown) =>
        this.#input.log.error("the workflow file cannot be looked at", { error: toMaestroError(error) }),
      );
    });
  }

  /** The workflow file, and the profile's file in both places: a project's own one may appear. */
  #paths(): string[] {
    return [resolve(this.#loaded.workflow.path), ...this.#folders().map((folder) => `${folder}.md`)];
  }

  #watched(): string[] {
    return [...this.#paths(), ...this.#folders()];
  }

  /** Where the profile's parts are, in both places. */
  #folders(): string[] {
    const { workflow, trace } = this.#loaded;
    // An older version that is in use has a file of its own name.
    const names = new Set([basename(trace.profile.source.path, ".md"), workflow.profile.kind]);
    const folders = foldersOf(workflow.directory, this.#input.kinds.parts);
    return folders.flatMap((folder) => [...names].map((name) => resolve(join(folder, name))));
  }

  /** The text of everything that is followed; an unreadable file is a change that the reload explains. */
  async #look(): Promise<string> {
    const parts = await Promise.all(this.#folders().map(listParts));
    const texts = await Promise.all(
      [...this.#paths(), ...parts.flat()].map(async (path) => {
        try {
          const text = await readTextIfExists(path);
          return text === undefined ? "" : `${path}\n${text}`;
        } catch (error) {
          return `${path}\n${toMaestroError(error).message}`;
        }
      }),
    );
    return texts.filter((text) => text !== "").join("\n");
  }

  async #reload(): Promise<void> {
    const before = this.#problem;
    try {
      const loaded = await loadWithSources(this.#input);
      const isNew = loaded.workflow.hash !== this.#loaded.workflow.hash;
      this.#problem = null;
      if (!isNew && before === null) return;
      if (isNew) {
        this.#loaded = loaded;
        this.#keep(loaded.workflow);
        this.#warn();
        // Another profile has other files.
        this.#watcher?.add(this.#watched());
      }
      const { workflow } = this.#loaded;
      this.#input.log.info("the workflow file was taken up", { workflow_hash: workflow.hash, path: workflow.path });
      this.#input.onChange({ workflow });
    } catch (error) {
      const problem = toMaestroError(error);
      this.#problem = problem;
      if (before?.code === problem.code && before.message === problem.message) return;
      this.#input.log.error("the workflow file is not valid; the last good one stays in use", { error: problem });
      this.#input.onChange({ error: problem });
    }
  }

  #warn(): void {
    for (const { sentence } of this.#loaded.workflow.warnings ?? []) {
      this.#input.log.warn("the workflow file says something that is not in force", { sentence });
    }
  }

  #keep(workflow: Workflow): void {
    this.#kept.push(workflow);
    for (const [hash, reference] of this.#older) if (reference.deref() === undefined) this.#older.delete(hash);
    while (this.#kept.length > KEPT_SNAPSHOTS) {
      const oldest = this.#kept.shift();
      if (oldest !== undefined) this.#older.set(oldest.hash, new WeakRef(oldest));
    }
  }
}
