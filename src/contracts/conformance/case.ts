import { isDeepStrictEqual } from "node:util";
import { MaestroError } from "../../base/errors.ts";

/** One thing that every implementation of a contract must do. `run` throws when it does not. Needs no test framework. */
export interface ConformanceCase<H> {
  readonly name: string;
  run(harness: H): Promise<void>;
}

/** Throws MaestroError `conformance_failed` unless the condition holds. `message` says what was expected. */
export function check(condition: boolean, message: string): asserts condition {
  if (condition) return;
  throw new MaestroError({ code: "conformance_failed", message });
}

/** Throws MaestroError `conformance_failed` unless both values are deeply equal. `what` names the value. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  check(isDeepStrictEqual(actual, expected), `${what}: expected ${show(expected)}, got ${show(actual)}`);
}

/** Throws MaestroError `conformance_failed` unless `work` throws an error with this code. Returns that error. */
export async function throwsCode(code: string, work: () => unknown): Promise<MaestroError> {
  let thrown: unknown;
  try {
    await work();
  } catch (error) {
    thrown = error;
  }
  check(thrown !== undefined, `expected an error ${code}, but nothing was thrown`);
  check(
    thrown instanceof MaestroError && thrown.code === code,
    `expected an error ${code}, got ${thrown instanceof MaestroError ? thrown.code : String(thrown)}`,
  );
  return thrown;
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
