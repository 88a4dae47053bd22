// Logs into the file that it is told, until that cannot be written; then waits for a line on stdin, and logs once more.
import { once } from "node:events";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { logFile } from "../../src/base/log-file.ts";
import { openLog } from "../../src/base/log-writer.ts";
import { SecretRegistry } from "../../src/base/redact.ts";

const path = process.argv[2] ?? "";
const clock = new VirtualClock();
const log = await openLog({
  targets: [{ output: logFile({ path, maxBytes: 1_000_000, keep: 1, clock }), level: "info", format: "json" }],
  secrets: new SecretRegistry(),
  clock,
  lastResort: (sentence) => console.log(sentence),
});
for (let n = 0; log.troubles().length === 0; n += 1) log.info("a line", { n, pad: "x".repeat(100) });
log.info("nobody gets this line");
await once(process.stdin, "data");
await clock.advance(1_000);
log.info("the first line afterwards");
console.log(JSON.stringify(log.troubles()));
process.exit();
