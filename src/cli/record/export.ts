import { type FileHandle, open, rm } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { throwIfAborted } from "../../base/abort.ts";
import { MaestroError, systemCode, toMaestroError } from "../../base/errors.ts";
import type { Cli } from "../cli.ts";
import { targetOf, withTarget } from "../target.ts";

interface ExportOptions {
  readonly lane?: string;
  readonly output?: string;
}

const EXAMPLES = `
Examples:
  maestro record export > events.jsonl
  maestro record export --lane lane_0123456789abcdef
  maestro record export --output events.jsonl`;

/** `maestro record export`. */
export function addRecordExport(group: Command, cli: Cli): void {
  withTarget(group.command("export"))
    .description("write every event as a line of JSON")
    .argument("[path]", "the workflow file (default: WORKFLOW.md)")
    .option("--lane <id>", "only the events of one lane")
    .option("--output <file>", "write into a new file instead of printing")
    .addHelpText("after", EXAMPLES)
    .action(async (path: string | undefined, options: ExportOptions, command: Command) => {
      const app = await cli.app();
      const project = await app.locate(targetOf(command, path));
      const write = (line: string): void => {
        throwIfAborted(cli.terminal.signal);
        cli.terminal.out(`${line}\n`);
      };
      const of = { laneId: options.lane ?? null };
      if (options.output === undefined) return app.exportEvents(project, of, write);
      const file = resolve(cli.terminal.cwd, options.output);
      const lines = await intoFile(file, cli.terminal.signal, (into) => app.exportEvents(project, of, into));
      cli.print(`${lines} events were written to ${file}.`);
    });
}

/** Fills a new file, or leaves none. Returns how many lines it got. Throws `file_exists`, `disk_full`, `file_write_failed`. */
async function intoFile(
  path: string,
  signal: AbortSignal,
  fill: (write: (line: string) => Promise<void>) => Promise<void>,
): Promise<number> {
  const file = await openNew(path);
  let lines = 0;
  try {
    await fill(async (line) => {
      throwIfAborted(signal);
      await append(file, `${line}\n`);
      lines += 1;
    });
    await file.sync();
    await file.close();
    return lines;
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
}

async function append(file: FileHandle, text: string): Promise<void> {
  try {
    await file.appendFile(text);
  } catch (error) {
    throw toMaestroError(error, "file_write_failed");
  }
}

async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, "wx", 0o600);
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw toMaestroError(error, "file_write_failed");
    throw new MaestroError({
      code: "file_exists",
      message: `${path} exists already.`,
      hint: "Choose another name, or move it away.",
      facts: { path },
      cause: error,
    });
  }
}
