import type { Runtime } from "../contracts/runtime.ts";

/** The first of the numbered paths (from 1) at which there is nothing. */
export async function freePath(runtime: Runtime, path: (number: number) => string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const candidate = path(number);
    if ((await runtime.stat(candidate)) === undefined) return candidate;
  }
}
