import { MaestroError } from "./errors.ts";
import type { LogOutput } from "./log-sink.ts";

/** Text that waits for its reader, bytes; more would only fill the memory. */
const MOST_UNREAD_BYTES = 1024 * 1024;

/** Log lines on a stream such as `process.stderr`, which stays open. Throws `log_not_read` when too much waits there already. */
export function logStream(name: string, stream: NodeJS.WritableStream): LogOutput {
  const ignore = (): void => {
    // Each write is told of its own failure; without a listener it would end the process.
  };
  stream.on("error", ignore);
  return {
    name,
    write: (text, done) => {
      if (unread(stream) > MOST_UNREAD_BYTES) {
        throw new MaestroError({ code: "log_not_read", message: "Nobody reads what is written there." });
      }
      stream.write(text, (error) => done(error ?? null));
    },
  };
}

function unread(stream: NodeJS.WritableStream): number {
  return "writableLength" in stream && typeof stream.writableLength === "number" ? stream.writableLength : 0;
}
