import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "vitest";
import { simRuntime } from "../../dev/sim/sim-runtime.ts";
import type { SimProgram } from "../../dev/sim/sim-process.ts";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import {
  type ProcessHarness,
  RUNTIME_FILE_CASES,
  RUNTIME_PROCESS_CASES,
} from "../../src/contracts/conformance/runtime.ts";
import { localRuntime } from "../../src/runtimes/local/index.ts";

const sh = (script: string) => ({ command: "sh", args: ["-c", script] });

describe("local runtime", () => {
  let directory = "";
  beforeEach(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), "maestro-runtime-")));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const programs = {
    say: sh("echo one; echo two; echo oops >&2; exit 3"),
    repeat: { command: "cat", args: [] },
    stay: sh("trap '' TERM; echo ready; while true; do sleep 0.05; done"),
    tell: sh('echo "${GIVEN-"-"}"; echo "${MAESTRO_PROCESS_MARKER-"-"}"; echo "${HOME-"-"}"'),
  };
  const harness = (): ProcessHarness => ({
    runtime: localRuntime({ clock: systemClock(), machine: "here", log: silentLog }),
    directory,
    programs,
  });
  for (const one of [...RUNTIME_FILE_CASES, ...RUNTIME_PROCESS_CASES]) it(one.name, () => one.run(harness()));
});

describe("simulated runtime", () => {
  const programs: Record<string, SimProgram> = {
    say: async ({ say, complain }) => {
      say("one\ntwo\n");
      complain("oops\n");
      return 3;
    },
    repeat: async ({ say, readLine }) => {
      for (let line = await readLine(); line !== null; line = await readLine()) say(`${line}\n`);
      return 0;
    },
    stay: async ({ say, ignoreTerm, clock, signal }) => {
      ignoreTerm();
      say("ready\n");
      await clock.sleep(Number.POSITIVE_INFINITY, signal);
      return 0;
    },
    tell: async ({ say, env }) => {
      for (const name of ["GIVEN", "MAESTRO_PROCESS_MARKER", "HOME"]) say(`${env[name] ?? "-"}\n`);
      return 0;
    },
  };
  for (const one of [...RUNTIME_FILE_CASES, ...RUNTIME_PROCESS_CASES]) {
    it(one.name, async () => {
      const clock = new VirtualClock();
      const runtime = simRuntime({ clock, programs });
      await runtime.makeDirectory("/work");
      const named = (command: string) => ({ command, args: [] });
      const harness: ProcessHarness = {
        runtime,
        directory: "/work",
        programs: { say: named("say"), repeat: named("repeat"), stay: named("stay"), tell: named("tell") },
      };
      let isDone = false;
      const running = one.run(harness).finally(() => {
        isDone = true;
      });
      await Promise.all([running, clock.runUntil(() => isDone, 60_000)]);
    });
  }
});
