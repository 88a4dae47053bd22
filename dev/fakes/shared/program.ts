import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";

interface Running {
  readonly url: string;
  close(): Promise<void>;
}

interface ProgramOptions<Seed> {
  readonly port: number;
  readonly seed?: Seed;
  readonly stateFile?: string;
  readonly logFile?: string;
}

/**
 * Runs a fake as a program: `--port N` (default 0), `--seed FILE` (what it begins with), `--state FILE` (what it has become,
 * read again at the next start), `--log FILE` (calls as JSON lines). Prints its URL as the first line and ends on a signal.
 */
export async function runProgram<Seed>(start: (options: ProgramOptions<Seed>) => Promise<Running>): Promise<void> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ options: { port: text, seed: text, state: text, log: text } });
  if (values.seed !== undefined && !existsSync(values.seed)) throw new Error(`no seed file ${values.seed}`);
  const running = await start({
    port: Number(values.port ?? 0),
    ...(values.seed === undefined ? {} : { seed: JSON.parse(readFileSync(values.seed, "utf8")) as Seed }),
    ...(values.state === undefined ? {} : { stateFile: values.state }),
    ...(values.log === undefined ? {} : { logFile: values.log }),
  });
  console.log(running.url);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void running.close().then(() => process.exit(0)));
  }
}
