import type { App, Target, Terminal } from "./app.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { hasColour, type Line, lineText } from "./line.ts";
import { jsonText, plainText } from "./plain-text.ts";

/** What a command works with. */
export class Cli {
  readonly terminal: Terminal;
  readonly version: string;
  /** What the process ends with, unless an error says otherwise. */
  exitCode: ExitCode = EXIT.ok;
  /** The workflow that the command is about, as soon as it has been asked for; hints name it. */
  target: Target = {};
  readonly hasColour: boolean;
  readonly #loadApp: () => Promise<App>;
  #app: Promise<App> | undefined;

  /** `loadApp` is called at most once, by the first command that needs more than its own words. */
  constructor(terminal: Terminal, version: string, loadApp: () => Promise<App>) {
    this.terminal = terminal;
    this.version = version;
    this.#loadApp = loadApp;
    this.hasColour = hasColour(terminal);
  }

  /** The composed App. */
  app(): Promise<App> {
    this.#app ??= this.#loadApp().then((app) => ({
      ...app,
      locate: (target) => {
        this.target = target;
        return app.locate(target);
      },
    }));
    return this.#app;
  }

  /** Prints lines for a person. What trackers and agents wrote cannot steer the terminal. */
  print(...lines: readonly Line[]): void {
    for (const line of lines) this.terminal.out(`${lineText(line, this.hasColour)}\n`);
  }

  /** Prints a text that programs read too, such as a diff: unchanged, unless it goes to a terminal. */
  printExact(text: string): void {
    const ended = text.endsWith("\n") ? text : `${text}\n`;
    this.terminal.out(this.terminal.isTerminal ? plainText(ended) : ended);
  }

  /** Prints a document for a program. */
  printJson(value: unknown): void {
    this.terminal.out(`${jsonText(value)}\n`);
  }

  /** Says something beside the data, on stderr. */
  note(line: string): void {
    this.terminal.error(`${plainText(line)}\n`);
  }
}
