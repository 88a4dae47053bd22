import { openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { messageOf } from "./errors.ts";
import { makeFolder } from "./folder.ts";

/** Where log lines go: a file's path (created with its folder, appended to) or a stream such as `process.stderr`. */
export type LogDestination = string | NodeJS.WritableStream;

/**
 * Resolves to a function that writes one text and never throws; it never rejects either. The first failure is told on stderr, the following ones are
 * dropped silently, because a full disk must not stop the work that is being logged; each text is tried anew. Files are written at once, so that a killed
 * process has logged all it said.
 */
export async function openSink(destination: LogDestination): Promise<(text: string) => void> {
  const warn = warnOnce();
  if (typeof destination !== "string") return streamSink(destination, warn);
  await makeFolder(dirname(destination), 0o700).catch(warn);
  return fileSink(destination, warn);
}

function fileSink(path: string, warn: (error: unknown) => void): (text: string) => void {
  let file: number | undefined;
  return (text) => {
    try {
      file ??= openSync(path, "a", 0o600);
      writeSync(file, text);
    } catch (error) {
      warn(error);
    }
  };
}

function streamSink(stream: NodeJS.WritableStream, warn: (error: unknown) => void): (text: string) => void {
  stream.on("error", warn);
  return (text) => {
    try {
      stream.write(text);
    } catch (error) {
      warn(error);
    }
  };
}

function warnOnce(): (error: unknown) => void {
  let warned = false;
  return (error) => {
    if (warned) return;
    warned = true;
    try {
      process.stderr.write(`maestro: the log cannot be written: ${messageOf(error)}\n`);
    } catch {
      // stderr is gone as well: there is nobody left to tell.
    }
  };
}
