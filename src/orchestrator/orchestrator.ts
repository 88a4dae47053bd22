import { sharedAbort } from "../base/abort.ts";
import type { MaestroError } from "../base/errors.ts";
import { Scope } from "../base/scope.ts";
import { Wake } from "../base/wake.ts";
import type { OutsideDocument } from "../model/documents/outside.ts";
import type { Event, EventType } from "../model/events/index.ts";
import type { Lane } from "../model/lane.ts";
import { Board } from "./board.ts";
import { ClaimLoop } from "./claim-loop.ts";
import { careForClaims, giveUpReleased } from "./claims.ts";
import { Candidates, fillSlots } from "./dispatch.ts";
import { expireApprovals } from "./approvals.ts";
import { answerCommands } from "./inbox.ts";
import { outsideDocument } from "./outside-document.ts";
import type { OrchestratorParts } from "./ports.ts";
import { openMoney } from "./money.ts";
import { poll } from "./poll.ts";
import { repeat } from "./repeat.ts";
import { PollPlan } from "./poll-plan.ts";
import { PollWatch } from "./poll-watch.ts";
import { buryExpired, recover } from "./recovery.ts";
import { takeUpResumed } from "./resumed.ts";
import { Sender } from "./sender.ts";
import { isDue } from "./start-due.ts";
import { tend } from "./tending.ts";
import { isIdle, nextDue } from "./timing.ts";
import { type WaitingIssue, waitingIssues } from "./waiting.ts";
import { WorkflowNotes } from "./workflow-notes.ts";

/** How the service ended by itself. */
export interface Ending {
  readonly reason: string;
}

/** Events after which there may be something to send, or to look up. */
const SENDS: readonly EventType[] = ["outbox_planned", "outbox_settled", "work_closed"];
/** Pause once there is space again, milliseconds: work that waits to be settled tries each second, and comes before its burial. */
const SPACE_PAUSE_MS = 2_000;

/**
 * The service: one loop that looks at tracker, record and clock, decides purely and writes decisions; workers do the rest. It alone
 * writes decisions. `start` once, `stop` once; both are safe to repeat.
 */
export class Orchestrator {
  readonly #parts: OrchestratorParts;
  readonly #board = new Board();
  readonly #candidates = new Candidates();
  readonly #wake = new Wake();
  readonly #sendWake = new Wake();
  readonly #claims: ClaimLoop;
  readonly #plan: PollPlan;
  readonly #abort = sharedAbort();
  readonly #scope: Scope;
  readonly #sender: Sender;
  readonly #notes: WorkflowNotes;
  readonly #loops: Promise<void>[] = [];
  /** How polling goes. */
  readonly polls: PollWatch;
  #revision = 0;
  #lookedAt = 0;
  #isOpen = false;
  #resumedAt = 0;
  #ending: Ending | null = null;
  #starting: Promise<void> | null = null;
  #stopping: Promise<void> | null = null;
  #onEnding: (ending: Ending) => void = () => undefined;
  /** Resolves when the service ends by itself: drained, or stopped by a command. */
  readonly ended: Promise<Ending>;

  constructor(parts: OrchestratorParts) {
    this.#parts = parts;
    this.#scope = new Scope(parts.clock, "orchestrator");
    this.#sender = new Sender(parts, this.#board, this.#abort.signal, () => this.#sendWake.nudge());
    this.#claims = new ClaimLoop(parts, this.#board, this.#abort.signal, () => this.#wake.nudge());
    this.#plan = new PollPlan(parts);
    this.#notes = new WorkflowNotes(parts);
    this.polls = new PollWatch(parts.clock);
    this.ended = new Promise((resolve) => {
      this.#onEnding = resolve;
    });
  }

  /** Takes up what is on record, buries what a crash left, and runs until it is stopped. */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /**
   * One poll; what it starts runs to a verdict, and what lanes have due is done. Waits for no retry and no review. `onPolled` is called before
   * anything is begun. Returns the lanes it touched, for the exit code. Throws `disk_full` as soon as nothing can be put on record, and at the
   * end the tracker's error when it could not tell the candidates.
   */
  async runOnce(onPolled: () => void = () => undefined): Promise<readonly Lane[]> {
    await this.#open();
    const touched = new Set<string>();
    const unsubscribe = this.#parts.record.subscribe((events) => {
      for (const { laneId, event } of events)
        if (laneId !== null && event.type === "work_enqueued") touched.add(laneId);
    });
    this.#loops.push(
      this.#repeat("outbox", () => this.#sendTurn()),
      this.#repeat("claims", () => this.#claims.turn()),
    );
    const failure = await this.#poll();
    onPolled();
    await fillSlots(this.#parts, this.#board, this.#candidates, this.#abort.signal);
    this.#candidates.replace([]);
    while (!this.#abort.signal.aborted) {
      await this.#look();
      const trouble = this.#parts.record.trouble();
      if (trouble !== null) throw trouble;
      if (isIdle(this.#board, this.#parts.clock.now(), this.#lookedAt)) break;
      await this.#wake.wait(
        this.#parts.clock,
        nextDue(this.#board, this.#parts.clock.now(), Number.POSITIVE_INFINITY, this.#lookedAt),
        this.#abort.signal,
      );
    }
    await giveUpReleased(this.#parts, this.#board, this.#abort.signal);
    unsubscribe();
    if (failure !== null) throw failure;
    const lanes = await Promise.all([...touched].map((id) => this.#parts.record.views.lane(id)));
    return lanes.filter((lane) => lane !== undefined);
  }

  /** A hint that something outside may have changed: polls now. */
  hint(): void {
    this.#plan.atOnce();
    this.#wake.nudge();
  }

  /** A service said that something happened there: polls soon. */
  news(): void {
    this.#plan.soon();
    this.#wake.nudge();
  }

  /** How the service gets on with tracker and forge. */
  outside(): OutsideDocument {
    const lanes = [...this.#board.lanes.values()].map(({ issue }) => issue);
    const rest = this.#candidates.all().filter(({ id }) => this.#board.laneOf(id) === undefined);
    return outsideDocument(this.#plan, this.#board, [...lanes, ...rest], this.#parts.clock.now());
  }

  /** A hint that a command may have been asked. */
  nudge(): void {
    this.#wake.nudge();
  }

  /** Changes with every turn of the loop: until then `waiting` says the same, unless something was committed. */
  revision(): number {
    return this.#revision;
  }

  /** Every issue that does not run, with the one sentence that says why. */
  waiting(): readonly WaitingIssue[] {
    return waitingIssues(this.#parts, this.#board, this.#candidates);
  }

  /** Ends both loops; running work is the workers' to stop. Says why on record. */
  stop(why: string): Promise<void> {
    this.#stopping ??= this.#stop(why);
    return this.#stopping;
  }

  async #start(): Promise<void> {
    await this.#open();
    // What an earlier process queued is begun only after a look at its issue, which may have ended since (S-138, S-262).
    if ([...this.#board.lanes.values()].some(({ work }) => work?.state === "queued")) await this.#poll();
    this.#loops.push(
      this.#repeat("loop", () => this.#turn()),
      this.#repeat("outbox", () => this.#sendTurn()),
      this.#repeat("claims", () => this.#claims.turn()),
    );
  }

  async #stop(why: string): Promise<void> {
    this.#abort.abort(why);
    this.#wake.nudge();
    this.#sendWake.nudge();
    await Promise.all(this.#loops);
    await this.#sender.idle();
    await this.#scope.close();
    // Whoever only looked has stopped nothing.
    if (this.#isOpen) await this.#sayStopped(why);
  }

  async #sayStopped(reason: string): Promise<void> {
    const { record, instance } = this.#parts;
    const scope = { workflowId: record.workflowId, laneId: null, run: null, fence: null };
    try {
      await record.transact((tx) =>
        tx.append([{ ...scope, event: { type: "service_stopped", data: { instance, reason } } }]),
      );
    } catch (error) {
      // A stop without space is a stop: the next start takes up what is on record.
      if (record.trouble() === null) throw error;
    }
  }

  async #open(): Promise<void> {
    this.#isOpen = true;
    const { record, engine, instance, version, pid } = this.#parts;
    await this.#board.load(record.views);
    this.#board.money = await openMoney(this.#parts, this.#scope);
    const scope = { workflowId: record.workflowId, laneId: null, run: null, fence: null };
    this.#scope.defer(
      "record subscription",
      record.subscribe((events) => {
        this.#board.apply(events);
        if (this.#board.dirty.size > 0) this.#wake.nudge();
        this.#claims.follow(events);
        if (events.some(({ event }) => SENDS.includes(event.type))) this.#sendWake.nudge();
      }),
    );
    this.#scope.defer(
      "work hints",
      engine.onWork(() => this.#sendWake.nudge()),
    );
    const started: Event = { type: "service_started", data: { instance, version, pid } };
    const resumed: Event = { type: "service_mode_changed", data: { mode: "running", actor: "start" } };
    // A drain that was asked of an earlier process ended with it.
    const events = this.#board.mode === "draining" ? [started, resumed] : [started];
    await record.transact((tx) => tx.append(events.map((event) => ({ ...scope, event }))));
    await this.#notes.write();
    await recover(this.#parts);
    await careForClaims(this.#parts, this.#board, this.#abort.signal);
  }

  /** One turn of the loop, then a wait for whatever comes first. */
  async #turn(): Promise<void> {
    const { clock } = this.#parts;
    await this.#waitForSpace();
    if (clock.now() >= this.#plan.nextAt) await this.#poll();
    await this.#look();
    await fillSlots(this.#parts, this.#board, this.#candidates, this.#abort.signal);
    if (this.#board.mode === "draining" && isIdle(this.#board, clock.now(), this.#lookedAt)) this.#end("drained");
    this.#revision += 1;
    this.#parts.onTurn?.(this.outside());
    if (this.#board.dirty.size > 0) return;
    const due = nextDue(this.#board, clock.now(), this.#plan.nextAt, this.#lookedAt);
    await this.#wake.wait(clock, due, this.#abort.signal);
  }

  /** Nothing is decided while nothing can be put on record. Throws `disk_full` while that is so. */
  async #waitForSpace(): Promise<void> {
    const { record, clock } = this.#parts;
    if (record.trouble() === null) return;
    await record.probe();
    await clock.sleep(SPACE_PAUSE_MS, this.#abort.signal);
    this.#plan.atOnce();
  }

  async #poll(): Promise<MaestroError | null> {
    const look = () => poll(this.#parts, this.#board, this.#candidates, this.#abort.signal);
    return this.#plan.carryOut(() => this.polls.watch(look));
  }

  /** The workflow file, commands, lost leases, and every lane that something happened to or that is due. */
  async #look(): Promise<void> {
    await this.#notes.write();
    await answerCommands(this.#parts, this.#board, { poll: () => this.hint(), stop: (why) => this.#end(why) });
    await expireApprovals(this.#parts, this.#board);
    await buryExpired(this.#parts);
    this.#resumedAt = await takeUpResumed(this.#parts, this.#board, this.#resumedAt);
    const now = this.#parts.clock.now();
    const due = new Set(this.#board.dirty);
    const span = { now, lookedAt: this.#lookedAt };
    for (const lane of this.#board.lanes.values()) if (isDue(this.#parts, this.#board, lane, span)) due.add(lane.id);
    await tend(this.#parts, this.#board, due, null, this.#abort.signal);
    this.#lookedAt = now;
  }

  async #sendTurn(): Promise<void> {
    await this.#sendWake.wait(this.#parts.clock, this.#sender.sendDue(), this.#abort.signal);
  }

  #end(why: string): void {
    if (this.#ending !== null) return;
    this.#ending = { reason: why };
    this.#onEnding(this.#ending);
  }

  #repeat(name: string, turn: () => Promise<void>): Promise<void> {
    return repeat(this.#parts, name, turn, this.#abort.signal);
  }
}
