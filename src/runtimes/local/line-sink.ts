import { messageOf } from "../../base/errors.ts";
import { LineSplitter } from "../../base/jsonl.ts";
import type { Log } from "../../base/log.ts";
import type { Sink } from "./output-pump.ts";

/** Cuts output into lines for a consumer. When the consumer fails at a line, it still gets the next one. */
export function lineSink(onLine: (line: string) => unknown, log: Log): Sink {
  const splitter = new LineSplitter();
  const deliver = async (lines: readonly string[]): Promise<void> => {
    for (const line of lines) {
      try {
        const done = onLine(line);
        if (done instanceof Promise) await done;
      } catch (error) {
        log.error("the consumer of a process's lines failed", { reason: messageOf(error) });
      }
    }
  };
  return {
    take: (text) => deliver(splitter.push(text)),
    end: () => deliver(splitter.flush()),
  };
}
