// Preloaded: at SIGUSR2 tells the waits of the event loop since the last one, in milliseconds, in the file of MAESTRO_BENCH_LOOP.
const { renameSync, writeFileSync } = require("node:fs");
const { monitorEventLoopDelay } = require("node:perf_hooks");
const RESOLUTION_MS = 5;
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();
process.on("SIGUSR2", () => {
  const path = process.env.MAESTRO_BENCH_LOOP;
  // What it counts includes its own pause.
  const told = { p99: delays.percentile(99) / 1e6 - RESOLUTION_MS, max: delays.max / 1e6 - RESOLUTION_MS };
  delays.reset();
  writeFileSync(`${path}.tmp`, JSON.stringify(told));
  renameSync(`${path}.tmp`, path);
});
