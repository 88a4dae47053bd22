import type { Runtime } from "../contracts/runtime.ts";
import type { Observer } from "./observer.ts";
import type { RunTally } from "./tally.ts";

/**
 * A runtime whose processes are on record: the marker durably before a process exists, so that whoever comes after a crash can find it;
 * its id and its end afterwards. What they write is counted.
 */
export function watchRuntime(runtime: Runtime, observer: Observer, tally: RunTally): Runtime {
  const announce = async (marker: string): Promise<void> => {
    const role = marker.split(".").at(-1) ?? "process";
    await Promise.all([observer.observe({ type: "process_spawning", data: { marker, role } }), observer.flush()]);
  };
  return {
    ...runtime,
    spawn: async (spec) => {
      await announce(spec.marker);
      const { onLine, onError } = spec;
      const child = await runtime.spawn({
        ...spec,
        onLine: (line) => {
          tally.wrote(line);
          onLine?.(line);
        },
        onError: (text) => {
          tally.complained(text);
          onError?.(text);
        },
      });
      const { marker, pid } = child;
      observer.note({ type: "process_started", data: { marker, pid } });
      void child.exited.then(({ code, signal }) =>
        observer.note({ type: "process_exited", data: { marker, code, signal } }),
      );
      return child;
    },
    execute: async (spec) => {
      await announce(spec.marker);
      const end = await runtime.execute(spec);
      const { code, signal } = end;
      observer.note({ type: "process_exited", data: { marker: spec.marker, code, signal } });
      return end;
    },
  };
}
