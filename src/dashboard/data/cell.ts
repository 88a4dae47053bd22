import { useEffect, useState } from "preact/hooks";

/** A value that parts of the page look at. */
export interface Cell<T> {
  readonly value: T;
  set(value: T): void;
  watch(listener: () => void): () => void;
}

export function createCell<T>(first: T): Cell<T> {
  const listeners = new Set<() => void>();
  let value = first;
  return {
    get value() {
      return value;
    },
    set(next) {
      value = next;
      for (const listener of listeners) listener();
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The value of a cell, now and after each change. */
export function useCell<T>(cell: Cell<T>): T {
  const [value, setValue] = useState(cell.value);
  useEffect(() => {
    const follow = () => setValue(() => cell.value);
    follow();
    return cell.watch(follow);
  }, [cell]);
  return value;
}
