import type { Clock, Timer } from "../../src/base/clock.ts";
import type { Engine } from "../../src/contracts/engine.ts";
import type { RunningProcess, Runtime, SpawnSpec } from "../../src/contracts/runtime.ts";

/** Holds a part of a daemon still, as a suspended machine or a stopped process is: nothing it asked for goes out or comes back. */
export class Frost {
  #thawed: Promise<void> | null = null;
  #thaw: () => void = () => undefined;

  get frozen(): boolean {
    return this.#thawed !== null;
  }

  freeze(): void {
    this.#thawed ??= new Promise((resolve) => {
      this.#thaw = resolve;
    });
  }

  thaw(): void {
    this.#thawed = null;
    this.#thaw();
  }

  /** Gives the value on, at once or when it has thawed. */
  async hold<T>(result: Promise<T>): Promise<T> {
    try {
      return await result;
    } finally {
      while (this.#thawed !== null) await this.#thawed;
    }
  }

  /** Does it now or when it has thawed. */
  run(act: () => void): void {
    if (this.#thawed === null) act();
    else void this.hold(Promise.resolve()).then(act);
  }

  /** Asks now or when it has thawed. */
  async ask<T>(question: () => Promise<T>): Promise<T> {
    if (this.#thawed !== null) await this.hold(Promise.resolve());
    return this.hold(question());
  }
}

/**
 * A port as frozen hands use it. In the frost its methods have to return promises, except those in `immediate`; some may be replaced.
 */
export function freezable<T extends object>(
  port: T,
  frost: Frost,
  immediate: readonly string[] = [],
  instead: Partial<T> = {},
): T {
  return new Proxy(port, {
    get: (target, name) => {
      const other: unknown = Reflect.get(instead, name);
      if (other !== undefined) return other;
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      if (immediate.includes(String(name))) return member.bind(target);
      return (...args: unknown[]): unknown => {
        if (frost.frozen) return frost.ask(async (): Promise<unknown> => Reflect.apply(member, target, args));
        const result: unknown = Reflect.apply(member, target, args);
        return result instanceof Promise ? frost.hold(result) : result;
      };
    },
  });
}

/** A clock whose timers fire late when they fall due in the frost. */
export function freezableClock(clock: Clock, frost: Frost): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setTimer: (ms, run): Timer => {
      let isCanceled = false;
      const timer = clock.setTimer(ms, () => frost.run(() => (isCanceled ? undefined : run())));
      return {
        cancel: () => {
          isCanceled = true;
          timer.cancel();
        },
      };
    },
    sleep: (ms, signal) => frost.hold(clock.sleep(ms, signal)),
  };
}

/** An engine whose news arrives late. */
export function freezableEngine(engine: Engine, frost: Frost): Engine {
  return freezable(engine, frost, [], {
    onWork: (wake) => engine.onWork(() => frost.run(wake)),
    onRevoked: (revoked) => engine.onRevoked((id) => frost.run(() => revoked(id))),
  });
}

/** A machine whose processes live on while nobody hears them or tells them anything. */
export function freezableRuntime(runtime: Runtime, frost: Frost): Runtime {
  const spawn = async (spec: SpawnSpec): Promise<RunningProcess> => {
    const { onLine, onError } = spec;
    const heard: SpawnSpec = {
      ...spec,
      ...(onLine === undefined ? {} : { onLine: (line) => frost.ask(async () => onLine(line)) }),
      ...(onError === undefined ? {} : { onError: (text) => frost.run(() => onError(text)) }),
    };
    const process = await frost.ask(() => runtime.spawn(heard));
    return {
      pid: process.pid,
      marker: process.marker,
      exited: frost.hold(process.exited),
      write: (text) => frost.ask(() => process.write(text)),
      endInput: () => frost.run(() => process.endInput()),
      kill: (options) => frost.ask(() => process.kill(options)),
    };
  };
  return freezable(runtime, frost, ["environment", "temporaryDirectory"], { spawn });
}
