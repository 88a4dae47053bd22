import { useState } from "preact/hooks";

/** The end of a long list, and all of it once somebody asked. */
export function useEnd<T>(items: readonly T[], most: number) {
  const [isWhole, setWhole] = useState(false);
  const hidden = isWhole ? 0 : Math.max(0, items.length - most);
  return { shown: hidden === 0 ? items : items.slice(hidden), hidden, showAll: () => setWhole(true) };
}
