import { sharedAbort, withDeadline } from "../base/abort.ts";
import { MaestroError, toMaestroError } from "../base/errors.ts";
import { withAgent } from "../model/agent-choice.ts";
import type { AgentSession } from "../contracts/agent-provider.ts";
import { Scope } from "../base/scope.ts";
import type { WorkOutcome } from "../model/run.ts";
import type { Lease } from "../model/work.ts";
import { carry } from "./carry.ts";
import type { WorkContext } from "./context.ts";
import { endProcesses } from "./leftovers.ts";
import { Observer } from "./observer.ts";
import { type STOP_CODES, failedWith } from "./outcome.ts";
import type { WorkerParts } from "./parts.ts";
import { settle } from "./settle.ts";
import type { Meter } from "./run/meter.ts";
import { RunTally } from "./tally.ts";
import { watchRuntime } from "./watched-runtime.ts";

/** How long a session may take to take a word, milliseconds. */
const STEER_MS = 8_000;
/** Longest wait for the last processes of a piece of work, milliseconds. */
const END_PROCESSES_MS = 10_000;

/** One lease that is being carried out. */
export class Job {
  readonly lease: Lease;
  /** Settles when nothing of it is left. Never rejects. */
  readonly done: Promise<void>;
  readonly #parts: WorkerParts;
  readonly #meter: Meter;
  readonly #stopping: AbortSignal;
  readonly #stop = sharedAbort();
  #session: Pick<AgentSession, "steer"> | null = null;

  /** `stopping` is aborted when the worker stops. */
  constructor(parts: WorkerParts, lease: Lease, stopping: AbortSignal, meter: Meter) {
    this.#parts = parts;
    this.#meter = meter;
    this.#stopping = stopping;
    this.lease = lease;
    this.done = this.#run();
  }

  /**
   * Tells its session something. `false` when there is none, when its agent takes nothing in the middle of its work, or when it does not answer in
   * time. Never rejects.
   */
  async steer(text: string): Promise<boolean> {
    const session = this.#session;
    if (session?.steer === undefined || this.#stop.signal.aborted) return false;
    const told = session.steer(text);
    try {
      await withDeadline(this.#parts.clock, STEER_MS, this.#stop.signal, () => told);
      return true;
    } catch (error) {
      this.#parts.log.info("the session could not be told what a person said", {
        error: toMaestroError(error).message,
      });
      return false;
    }
  }

  /** Breaks the work off; the first reason counts. */
  breakOff(code: keyof typeof STOP_CODES, message: string): void {
    this.#stop.abort(new MaestroError({ code, message }));
  }

  async #run(): Promise<void> {
    // The caller knows this job before its work begins.
    await Promise.resolve();
    const { work } = this.lease;
    const scope = new Scope(this.#parts.clock, `${work.kind} of ${work.laneId}`);
    const context = this.#context(scope);
    const { log } = context;
    log.info("work begins", { kind: work.kind, fence: this.lease.fence });
    const outcome = await this.#carry(context);
    const held = await settle(context, outcome);
    const { status, reason } = outcome;
    log.info("work ended", {
      kind: work.kind,
      outcome: status,
      reason: reason.code,
      sentence: reason.sentence,
      held,
    });
  }

  async #carry(context: WorkContext): Promise<WorkOutcome> {
    const { scope, log } = context;
    let outcome: WorkOutcome;
    try {
      outcome = await carry(context);
    } catch (error) {
      log.error("work failed in a way that nobody expected", { error: toMaestroError(error) });
      outcome = failedWith(error);
    }
    try {
      // What it noted reaches the disk with the commit that settles it.
      await scope.close();
    } catch (error) {
      log.error("work could not be tidied up", { error: toMaestroError(error) });
    }
    return outcome;
  }

  #context(scope: Scope): WorkContext {
    const { lease } = this;
    const { record, runtime, workflows } = this.#parts;
    const { work } = lease;
    const { issue, workflowHash, agentRule = null, agentFallback = null } = work.payload;
    const observer = new Observer(record, lease, (error) =>
      this.breakOff("lease_lost", `What this work saw could not be put on record: ${error.message}`),
    );
    const tally = new RunTally();
    // Whatever a kind of work forgets to end is ended here, before the work is settled.
    scope.defer("processes", () => endProcesses(runtime, work).then(() => undefined), END_PROCESSES_MS);
    return {
      parts: this.#parts,
      lease,
      work,
      assignment: work.payload,
      workflow: withAgent(workflows.byHash(workflowHash) ?? workflows.current(), agentRule, agentFallback),
      runtime: watchRuntime(runtime, observer, tally),
      observer,
      meter: this.#meter,
      tally,
      scope,
      onSession: (session) => {
        this.#session = session;
        scope.defer("steering", () => {
          this.#session = null;
        });
      },
      signal: this.#stop.signal,
      stopping: this.#stopping,
      log: this.#parts.log.child({
        lane_id: work.laneId,
        run: work.run,
        issue_id: issue.id,
        issue_identifier: issue.identifier,
      }),
    };
  }
}
