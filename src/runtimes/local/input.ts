import type { Writable } from "node:stream";
import { MaestroError } from "../../base/errors.ts";

/**
 * Writes to a process's standard input and waits until the system took it. A process that does not read holds this up until
 * it ends. Throws `process_exited` when nobody reads any more.
 */
export function writeInput(input: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    input.write(text, (error) => {
      if (error) reject(exitedError(error));
      else resolve();
    });
  });
}

function exitedError(cause: Error): MaestroError {
  return new MaestroError({
    code: "process_exited",
    message: "The process does not read its standard input any more.",
    cause,
  });
}
