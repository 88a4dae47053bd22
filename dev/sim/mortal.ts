import type { Clock } from "../../src/base/clock.ts";

/** Whether a daemon is still alive. A killed one does nothing more, whatever its promises were about to do. */
export class Life {
  #alive = true;

  get alive(): boolean {
    return this.#alive;
  }

  end(): void {
    this.#alive = false;
  }
}

const never = new Promise<never>(() => undefined);

/**
 * A port as a daemon of this life sees it: once it is dead, its calls reach nobody and no answer reaches it. What was under way outside
 * still happens there.
 */
export function mortal<T extends object>(port: T, life: Life): T {
  return new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        if (!life.alive) return never;
        const result: unknown = Reflect.apply(member, target, args);
        return result instanceof Promise ? whileAlive(result, life) : result;
      };
    },
  });
}

function whileAlive(result: Promise<unknown>, life: Life): Promise<unknown> {
  return result.then(
    (value) => (life.alive ? value : never),
    (error: unknown) => (life.alive ? Promise.reject(error) : never),
  );
}

/** The clock of a life: timers of a dead daemon never fire. */
export function mortalClock(clock: Clock, life: Life): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setTimer: (ms, run) => clock.setTimer(ms, () => (life.alive ? run() : undefined)),
    sleep: (ms, signal) => (life.alive ? whileAlive(clock.sleep(ms, signal), life).then(() => undefined) : never),
  };
}
