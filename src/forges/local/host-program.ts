import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { systemRandom } from "../../base/random.ts";
import { ForgeHost } from "./host.ts";
import { ensureRepository } from "./repository.ts";
import { storeParts } from "./store-parts.ts";

// The local forge as a process of its own:
//   node host-program.js --repository PATH --socket PATH [--source PATH --base BRANCH] [--faults FILE] [--log FILE]
// Prints {"type":"ready"} when it listens, leaves at SIGTERM and SIGINT. See README.md.

const USAGE = "host-program --repository PATH --socket PATH [--source PATH --base BRANCH] [--faults FILE] [--log FILE]";

async function main(): Promise<void> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: { repository: text, socket: text, source: text, base: text, faults: text, log: text },
  });
  const { repository, socket, source, base = "main", faults, log } = values;
  if (repository === undefined || socket === undefined) throw new Error(`usage: ${USAGE}`);
  const clock = systemClock();
  const path = resolve(repository);
  const from = source === undefined ? undefined : { path: resolve(source), baseBranch: base };
  await ensureRepository(path, from, clock, new AbortController().signal);
  const host = new ForgeHost(storeParts(path, clock, systemRandom()), { socket: resolve(socket), faults, log });
  await host.start();
  const stop = (): void => void host.stop();
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  process.stdout.write(`${JSON.stringify({ type: "ready", socket: resolve(socket) })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
