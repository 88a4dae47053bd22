import type { FinishedProcess, ProcessExit, Runtime } from "../runtime.ts";
import { type ConformanceCase, check, equal, throwsCode } from "./case.ts";

/** A runtime with an empty folder of its own. */
export interface RuntimeHarness {
  readonly runtime: Runtime;
  /** Absolute, exists, real, empty. */
  readonly directory: string;
}

/** A runtime that can start the four programs which the process cases need. */
export interface ProcessHarness extends RuntimeHarness {
  readonly programs: {
    /** Says `one`, `two` on standard output and `oops` on standard error, exits with 3. */
    readonly say: Program;
    /** Repeats its input line by line until the input ends, exits with 0. */
    readonly repeat: Program;
    /** Says `ready`, then does nothing and ignores TERM and the end of its input. */
    readonly stay: Program;
    /** Says the values of the variables `GIVEN`, `MAESTRO_PROCESS_MARKER` and `HOME` (`-` when unset), one per line. */
    readonly tell: Program;
  };
}

/** A program and its arguments. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

type FileCase = ConformanceCase<RuntimeHarness>;

/** What every runtime does with files. */
export const RUNTIME_FILE_CASES: readonly FileCase[] = [
  {
    name: "writes text, makes the folders on the way, and reads it back",
    async run({ runtime, directory }) {
      await runtime.writeText(`${directory}/a/b/file.txt`, "grün\n");
      await runtime.writeText(`${directory}/a/b/file.txt`, "blau\n");
      equal(await runtime.readText(`${directory}/a/b/file.txt`), "blau\n", "text");
      equal(await runtime.list(`${directory}/a/b`), [{ name: "file.txt", kind: "file" }], "entries");
    },
  },
  {
    name: "replaces a link instead of writing through it",
    async run({ runtime, directory }) {
      await runtime.writeText(`${directory}/target`, "kept");
      await runtime.link(`${directory}/target`, `${directory}/name`);
      await runtime.writeText(`${directory}/name`, "new");
      equal(await runtime.readText(`${directory}/target`), "kept", "target");
      equal((await runtime.stat(`${directory}/name`))?.kind, "file", "kind of the replaced link");
    },
  },
  {
    name: "appends, and makes the file when missing",
    async run({ runtime, directory }) {
      await runtime.appendText(`${directory}/log`, "a");
      await runtime.appendText(`${directory}/log`, "b");
      equal(await runtime.readText(`${directory}/log`), "ab", "text");
    },
  },
  {
    name: "tells what is missing from what cannot be read",
    async run({ runtime, directory }) {
      const missing = `${directory}/none`;
      equal(await runtime.stat(missing), undefined, "stat of nothing");
      await throwsCode("file_missing", () => runtime.readText(missing));
      await throwsCode("file_missing", () => runtime.list(missing));
      await throwsCode("file_missing", () => runtime.realPath(missing));
      await throwsCode("file_missing", () => runtime.rename(missing, `${directory}/other`));
      await throwsCode("file_failed", () => runtime.readText(directory));
      await runtime.writeText(`${directory}/file`, "");
      await throwsCode("file_failed", () => runtime.stat(`${directory}/file/below`));
    },
  },
  {
    name: "refuses to read more than maxBytes",
    async run({ runtime, directory }) {
      await runtime.writeText(`${directory}/big`, "ééé");
      equal(await runtime.readText(`${directory}/big`, { maxBytes: 6 }), "ééé", "text of just the size");
      await throwsCode("file_failed", () => runtime.readText(`${directory}/big`, { maxBytes: 5 }));
    },
  },
  {
    name: "lists names sorted, with their kinds, not following links",
    async run({ runtime, directory }) {
      await runtime.makeDirectory(`${directory}/b/inner`);
      await runtime.makeDirectory(`${directory}/b/inner`);
      await runtime.writeText(`${directory}/a`, "1");
      await runtime.link("b", `${directory}/c`);
      const expected = [
        { name: "a", kind: "file" },
        { name: "b", kind: "directory" },
        { name: "c", kind: "link" },
      ];
      equal(await runtime.list(directory), expected, "entries");
      equal((await runtime.stat(`${directory}/c`))?.kind, "link", "kind of a link");
      equal((await runtime.stat(`${directory}/a`))?.size, 1, "size");
      await throwsCode("file_exists", () => runtime.makeDirectory(`${directory}/a`));
      await throwsCode("file_exists", () => runtime.link("b", `${directory}/a`));
    },
  },
  {
    name: "resolves links in every part of a path",
    async run({ runtime, directory }) {
      await runtime.writeText(`${directory}/real/deep/file`, "x");
      await runtime.link("real", `${directory}/first`);
      await runtime.link("../real/deep", `${directory}/real/second`);
      equal(await runtime.realPath(`${directory}/first/second/file`), `${directory}/real/deep/file`, "real path");
      equal(await runtime.readText(`${directory}/first/second/file`), "x", "text through links");
      await runtime.link(`${directory}/round`, `${directory}/round`);
      await throwsCode("file_failed", () => runtime.realPath(`${directory}/round`));
    },
  },
  {
    name: "removes whole trees, never what a link points to",
    async run({ runtime, directory }) {
      await runtime.writeText(`${directory}/outside/kept`, "kept");
      await runtime.writeText(`${directory}/tree/a/b`, "x");
      await runtime.link(`${directory}/outside`, `${directory}/tree/a/out`);
      await runtime.link(`${directory}/outside`, `${directory}/only`);
      await runtime.remove(`${directory}/tree`);
      await runtime.remove(`${directory}/only`);
      await runtime.remove(`${directory}/never-there`);
      equal(await runtime.readText(`${directory}/outside/kept`), "kept", "text behind the links");
      equal(await runtime.list(directory), [{ name: "outside", kind: "directory" }], "entries");
    },
  },
  {
    name: "renames files, folders and links, and says when the new name is taken",
    async run({ runtime, directory }) {
      await runtime.writeText(`${directory}/a/file`, "x");
      await runtime.writeText(`${directory}/full/file`, "y");
      await throwsCode("file_exists", () => runtime.rename(`${directory}/a`, `${directory}/full`));
      await runtime.rename(`${directory}/a`, `${directory}/moved`);
      await runtime.rename(`${directory}/moved/file`, `${directory}/full/file`);
      equal(await runtime.readText(`${directory}/full/file`), "x", "text under the new name");
      equal(await runtime.list(`${directory}/moved`), [], "entries of the old folder");
      await runtime.link("full", `${directory}/link`);
      await runtime.rename(`${directory}/link`, `${directory}/moved-link`);
      equal((await runtime.stat(`${directory}/moved-link`))?.kind, "link", "kind of a renamed link");
    },
  },
  {
    name: "tells the free space also of a path that does not exist yet",
    async run({ runtime, directory }) {
      check((await runtime.freeBytes(`${directory}/not/yet`)) > 0, "free space on a disk that tests can write to");
    },
  },
];

const LIMIT_MS = 10_000;

/** What every runtime does with processes. */
export const RUNTIME_PROCESS_CASES: readonly ConformanceCase<ProcessHarness>[] = [
  {
    name: "executes to the end: output, exit code, nothing thrown",
    async run(harness) {
      const done = await harness.runtime.execute(specOf(harness, "say"));
      equal(pick(done), { code: 3, stdout: "one\ntwo\n", stderr: "oops\n", timedOut: false, aborted: false }, "result");
    },
  },
  {
    name: "gives the environment that was asked for and the marker, nothing else",
    async run(harness) {
      const spec = specOf(harness, "tell");
      const done = await harness.runtime.execute({ ...spec, env: { ...spec.env, GIVEN: "yes" } });
      equal(done.stdout, `yes\n${spec.marker}\n-\n`, "environment");
    },
  },
  {
    name: "feeds input and keeps as much output as was asked for, from the start or the end",
    async run(harness) {
      const spec = { ...specOf(harness, "repeat"), input: "0123456789\n", maxOutputBytes: 4 };
      const start = await harness.runtime.execute(spec);
      equal([start.stdout, start.truncated], ["0123", true], "start");
      const end = await harness.runtime.execute({ ...spec, keep: "end" });
      equal([end.stdout, end.truncated], ["789\n", true], "end");
    },
  },
  {
    name: "ends what exceeds its time or is aborted, and says which",
    async run(harness) {
      const late = await harness.runtime.execute({ ...specOf(harness, "stay"), timeoutMs: 300 });
      equal([late.timedOut, late.aborted], [true, false], "timed out");
      const aborted = await harness.runtime.execute({ ...specOf(harness, "stay"), signal: AbortSignal.abort() });
      equal([aborted.timedOut, aborted.aborted, aborted.code], [false, true, null], "aborted");
    },
  },
  {
    name: "speaks with a running process line by line",
    async run(harness) {
      const lines: string[] = [];
      const spec = specOf(harness, "repeat");
      const running = await harness.runtime.spawn({ ...spec, onLine: (line) => lines.push(line) });
      await running.write("a\nb\n");
      await running.write("c");
      running.endInput();
      equal(await running.exited, { code: 0, signal: null } satisfies ProcessExit, "exit");
      equal(lines, ["a", "b", "c"], "lines");
      await throwsCode("process_exited", () => running.write("late\n"));
      await running.kill();
    },
  },
  {
    name: "finds live processes by marker and ends them, also what ignores TERM",
    async run(harness) {
      // The folder's name is this run's own, so other runs on the machine are not met.
      const prefix = `${harness.directory.split("/").at(-1)}-find-`;
      const first = await startStaying(harness, `${prefix}1`);
      const second = await startStaying(harness, `${prefix}2`);
      equal(await harness.runtime.liveMarkers(prefix), [`${prefix}1`, `${prefix}2`], "markers");
      check((await harness.runtime.killMarked(`${prefix}1`)) >= 1, "killMarked counts what it ended");
      equal((await first.exited).signal, "SIGKILL", "signal");
      await second.kill({ graceMs: 10 });
      await second.kill();
      equal((await second.exited).signal, "SIGKILL", "signal after the grace");
      equal(await harness.runtime.liveMarkers(prefix), [], "markers afterwards");
      equal(await harness.runtime.killMarked(`${prefix}1`), 0, "second killMarked");
    },
  },
  {
    name: "refuses to start what is not there: spawn_failed with the reason",
    async run(harness) {
      const spec = specOf(harness, "say");
      const noProgram = await throwsCode("spawn_failed", () =>
        harness.runtime.spawn({ ...spec, command: `${harness.directory}/no-such-program` }),
      );
      equal(noProgram.facts.errno, "ENOENT", "errno");
      check(noProgram.message.includes("no-such-program"), "the message names the program");
      const noFolder = await throwsCode("spawn_failed", () =>
        harness.runtime.spawn({ ...spec, cwd: `${harness.directory}/no-such-folder` }),
      );
      check(noFolder.message.includes("no-such-folder"), "the message names the working directory");
    },
  },
];

function specOf(
  { programs, directory }: ProcessHarness,
  name: keyof ProcessHarness["programs"],
  marker = "maestro-conformance",
) {
  return {
    ...programs[name],
    cwd: directory,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
    marker,
    timeoutMs: LIMIT_MS,
  };
}

async function startStaying(harness: ProcessHarness, marker: string) {
  let ready = (): void => undefined;
  const isReady = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const running = await harness.runtime.spawn({ ...specOf(harness, "stay", marker), onLine: () => ready() });
  await isReady;
  return running;
}

function pick({ code, stdout, stderr, timedOut, aborted }: FinishedProcess) {
  return { code, stdout, stderr, timedOut, aborted };
}
