import { type ChildProcess, spawn } from "node:child_process";

/** The built program, serving its page until it is ended. */
export interface Running {
  /** Opens one session. */
  readonly link: string;
  /** Resolves once it has printed a line that fits. Rejects when it ends before, with what it said. */
  printed(pattern: RegExp): Promise<RegExpMatchArray>;
  end(): Promise<void>;
}

/** Starts Maestro on a project's workflow file with a home of its own. */
export async function startMaestro(folder: string, home: string): Promise<Running> {
  const child = spawn(process.execPath, [`${process.cwd()}/dist/main.js`, "--port", "0"], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: home, MAESTRO_HOME: home, TZ: "UTC" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = listenTo(child);
  const [, link = ""] = await printed(/^ +page +(http:\S+)$/m);
  return {
    link,
    printed,
    end: () =>
      new Promise((resolve) => {
        child.once("close", () => resolve());
        child.kill("SIGTERM");
      }),
  };
}

function listenTo(child: ChildProcess): Running["printed"] {
  let said = "";
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const hear = (chunk: Buffer): void => {
    said += chunk.toString();
    tell();
  };
  child.stdout?.on("data", hear);
  child.stderr?.on("data", hear);
  child.once("close", tell);
  return (pattern) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = said.match(pattern);
        if (found === null && child.exitCode === null) return;
        listeners.delete(look);
        if (found === null) reject(new Error(`Maestro ended without ${pattern}:\n${said}`));
        else resolve(found);
      };
      listeners.add(look);
      look();
    });
}
