#!/usr/bin/env node
import { setMaxListeners } from "node:events";
import { packageVersion } from "./app-version.ts";
import { EXIT, runCommandLine, type Terminal, type TerminalScreen } from "./cli/index.ts";

/** What can happen to the output of this process. */
interface Outcome {
  /** Nobody reads it any more: `head` has seen enough. */
  isUnread: boolean;
  /** Why it could not be written, e.g. to a full disk. */
  failure: Error | null;
}

/** This process as a terminal: signals ask for the end once, the second SIGINT ends at once. */
function openTerminal(outcome: Outcome): Terminal {
  const ending = new AbortController();
  // Every request that waits for an answer listens; Node would warn of a leak from the eleventh on.
  setMaxListeners(0, ending.signal);
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (name === "SIGINT" && ending.signal.aborted) process.exit(EXIT.interrupted);
      ending.abort(name);
    });
  }
  process.stderr.on("error", () => {
    // There is nobody left to tell.
  });
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") outcome.isUnread = true;
    else outcome.failure ??= error;
    ending.abort("its output is closed");
  });
  const isOpen = (): boolean => !outcome.isUnread && outcome.failure === null;
  return {
    out: (text) => void (isOpen() && process.stdout.write(text)),
    error: (text) => void (outcome.isUnread || process.stderr.write(text)),
    isTerminal: process.stdout.isTTY === true,
    readInput: () => readInput(),
    ...(process.stdout.isTTY === true ? { screen: screenOf(process.stdout) } : {}),
    cwd: process.cwd(),
    environment: process.env,
    signal: ending.signal,
  };
}

/** More than any key or token, bytes. */
const LONGEST_INPUT = 1_048_576;

async function readInput(): Promise<string | null> {
  if (process.stdin.isTTY === true) return null;
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) {
    text += chunk;
    if (text.length > LONGEST_INPUT) break;
  }
  return text;
}

/** Alternate page, cursor and line wrapping off; and all of it back. */
const ENTER_PAGE = "\u001b[?1049h\u001b[?25l\u001b[?7l";
const LEAVE_PAGE = "\u001b[?7h\u001b[?25h\u001b[?1049l";

function screenOf(stream: NodeJS.WriteStream): TerminalScreen {
  return {
    size: () => ({ columns: stream.columns || 80, rows: stream.rows || 24 }),
    onResize: (listener) => {
      stream.on("resize", listener);
      return () => stream.off("resize", listener);
    },
    enter: () => {
      const leave = (): void => {
        process.off("exit", leave);
        stream.write(LEAVE_PAGE);
      };
      // However this process ends, people get their terminal back.
      process.on("exit", leave);
      stream.write(ENTER_PAGE);
      return leave;
    },
  };
}

/** Ends only when everything that was written has left the process: a pipe may be slow. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once("error", () => resolve());
    stream.write("", () => resolve());
  });
}

if (process.platform === "win32") {
  process.stderr.write("maestro: Windows is not supported. Use Linux, macOS, or WSL 2.\n");
  process.exit(1);
}
const outcome: Outcome = { isUnread: false, failure: null };
const terminal = openTerminal(outcome);
const code = await runCommandLine({
  words: process.argv.slice(2),
  terminal,
  version: packageVersion(),
  loadApp: async () => (await import("./app.ts")).createApp(terminal),
});
await flushed(process.stdout);
if (outcome.failure !== null) {
  process.stderr.write(`maestro: the output cannot be written: ${outcome.failure.message}\n`);
  process.exitCode = EXIT.storage;
} else {
  process.exitCode = outcome.isUnread && code === EXIT.interrupted ? 0 : code;
}
await flushed(process.stderr);
// A handle that something forgot must not keep the process.
process.exit();
