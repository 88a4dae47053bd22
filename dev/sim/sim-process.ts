import { abortedError, isMaestroError, MaestroError, messageOf } from "../../src/base/errors.ts";
import type { Clock } from "../../src/base/clock.ts";
import { LineSplitter } from "../../src/base/jsonl.ts";
import type { ProcessExit, Runtime } from "../../src/contracts/runtime.ts";

/** What a scripted program does. Its result is the exit code; a program that throws says so and exits with 1. */
export type SimProgram = (process: SimProcess) => Promise<number>;

/** The world as a scripted program sees it. Once its process has ended, everything here throws `aborted`. */
export interface SimProcess {
  readonly pid: number;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** The machine it runs on; what it spawns there is its child. */
  readonly runtime: Runtime;
  /** Aborted when the process ends; for waits. */
  readonly signal: AbortSignal;
  /** The next line of standard input, `null` at its end. */
  readLine(): Promise<string | null>;
  /** Writes to standard output. */
  say(text: string): void;
  /** Writes to standard error. */
  complain(text: string): void;
  /** From now on only KILL ends it. */
  ignoreTerm(): void;
}

/** Who hears a process; what a method returns is awaited before the next call. */
export interface SimEars {
  output(text: string): unknown;
  error(text: string): unknown;
  end(): unknown;
}

/** What a process is started with. */
export interface SimStart {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly marker: string;
  readonly program: SimProgram;
  readonly clock: Clock;
  readonly runtime: Runtime;
  readonly ears: SimEars;
}

/** A simulated process: runs its program as promises and dies as a real one would, whatever its program still does. */
export class SimChild {
  readonly start: SimStart;
  readonly exited: Promise<ProcessExit>;
  readonly #death = new AbortController();
  readonly #splitter = new LineSplitter();
  readonly #lines: string[] = [];
  #ears: SimEars;
  #inputEnded = false;
  #ignoresTerm = false;
  #waiting: (() => void)[] = [];
  #delivered: Promise<unknown> = Promise.resolve();
  #exit: ProcessExit | undefined;
  #die: (exit: ProcessExit) => void = () => undefined;

  constructor(start: SimStart) {
    this.start = start;
    this.#ears = start.ears;
    const ended = new Promise<ProcessExit>((resolve) => {
      this.#die = resolve;
    });
    this.exited = ended.then(async (exit) => {
      this.#hear((ears) => ears.end());
      await this.#delivered;
      return exit;
    });
    void this.#run();
  }

  /** Whether it runs. */
  get alive(): boolean {
    return this.#exit === undefined;
  }

  /** Delivers a signal. TERM may be ignored. */
  signal(name: "SIGTERM" | "SIGKILL"): void {
    if (name === "SIGKILL" || !this.#ignoresTerm) this.#end({ code: null, signal: name });
  }

  /** Gives it input. Throws `process_exited`. */
  write(text: string): void {
    if (!this.alive || this.#inputEnded) {
      throw new MaestroError({ code: "process_exited", message: `${this.start.command} does not read any more.` });
    }
    this.#offer(this.#splitter.push(text));
  }

  endInput(): void {
    if (this.#inputEnded) return;
    this.#inputEnded = true;
    this.#offer(this.#splitter.flush());
  }

  /** Whoever listened is gone, as after a crash of the daemon: nobody hears it, and its input ends. */
  hangUp(): void {
    this.#ears = { output: () => undefined, error: () => undefined, end: () => undefined };
    this.endInput();
  }

  async #run(): Promise<void> {
    // A real process does nothing before the call that started it has returned.
    await Promise.resolve();
    try {
      const code = await this.start.program(this.#world());
      this.#end({ code, signal: null });
    } catch (error) {
      if (!this.alive) return;
      this.#hear((ears) => ears.error(`${isMaestroError(error) ? `${error.code}: ` : ""}${messageOf(error)}\n`));
      this.#end({ code: 1, signal: null });
    }
  }

  #world(): SimProcess {
    const { start } = this;
    const live = (): void => {
      if (!this.alive) throw abortedError(this.#death.signal);
    };
    return {
      pid: start.pid,
      args: start.args,
      cwd: start.cwd,
      env: start.env,
      clock: start.clock,
      signal: this.#death.signal,
      runtime: new Proxy(start.runtime, {
        get: (target, key, receiver) => {
          live();
          return Reflect.get(target, key, receiver);
        },
      }),
      readLine: async () => {
        const line = await this.#readLine();
        live();
        return line;
      },
      say: (text) => {
        live();
        this.#hear((ears) => ears.output(text));
      },
      complain: (text) => {
        live();
        this.#hear((ears) => ears.error(text));
      },
      ignoreTerm: () => {
        this.#ignoresTerm = true;
      },
    };
  }

  async #readLine(): Promise<string | null> {
    while (this.#lines.length === 0 && !this.#inputEnded && this.alive) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    return this.#lines.shift() ?? null;
  }

  #offer(lines: readonly string[]): void {
    this.#lines.push(...lines);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  #hear(tell: (ears: SimEars) => unknown): void {
    const failed = (error: unknown): void => process.emitWarning(`A listener of a process failed: ${messageOf(error)}`);
    this.#delivered = this.#delivered.then(() => tell(this.#ears)).catch(failed);
  }

  #end(exit: ProcessExit): void {
    if (!this.alive) return;
    this.#exit = exit;
    this.#death.abort(new MaestroError({ code: "process_exited", message: `${this.start.command} has ended.` }));
    this.#offer([]);
    this.#die(exit);
  }
}
