/** Lets those who ask in one breath, before anything else can happen, share an answer. */
export function sameBreath<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  const begin = (): Promise<T> => {
    asked = undefined;
    return ask();
  };
  return () => {
    asked ??= Promise.resolve().then(begin);
    return asked;
  };
}

/**
 * Lets callers share a costly look at the system without getting a stale one: who asks while a scan runs gets the next,
 * together with everybody else who asks meanwhile.
 */
export function sharedScan<T>(scan: () => Promise<T>): () => Promise<T> {
  let current: Promise<unknown> | undefined;
  let next: Promise<T> | undefined;
  const begin = (): Promise<T> => {
    next = undefined;
    const started = scan();
    const over = started.then(
      () => undefined,
      () => undefined, // the failure is for those who asked
    );
    current = over;
    void over.then(() => {
      if (current === over) current = undefined;
    });
    return started;
  };
  return () => {
    if (current === undefined) return begin();
    next ??= current.then(begin);
    return next;
  };
}
