import { setMaxListeners } from "node:events";
import { createApp } from "../../../src/app.ts";
import { runCommandLine } from "../../../src/cli/index.ts";
import type { Stage } from "./service.ts";

/** How a command line ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line of the whole program in this process, in the stage's folder, or one below it. */
export async function maestro(stage: Stage, ...words: readonly string[]): Promise<Ended> {
  return maestroIn({ cwd: stage.folder, home: stage.home }, ...words);
}

/** Where a command line is run. */
interface Place {
  readonly cwd: string;
  readonly home: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** The same anywhere, with more of an environment. */
export async function maestroIn(place: Place, ...words: readonly string[]): Promise<Ended> {
  const { terminal, said } = terminalOf(place);
  const code = await runCommandLine({ words, terminal, version: "test", loadApp: async () => createApp(terminal) });
  return { code, ...said };
}

/** The process around a command line, with what is said there. */
export function terminalOf(place: Place) {
  const said = { out: "", err: "" };
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  const terminal = {
    out: (text: string) => {
      said.out += text;
    },
    error: (text: string) => {
      said.err += text;
    },
    isTerminal: false,
    cwd: place.cwd,
    environment: {
      ...{ PATH: process.env.PATH, HOME: place.home, MAESTRO_HOME: place.home, USER: "tester" },
      ...place.environment,
    },
    signal: ending.signal,
  };
  return { terminal, said };
}

/** The error that a command line with `--json` printed. */
export function errorOf({ err }: Ended): { readonly code: string; readonly message: string } {
  return JSON.parse(err).error;
}
