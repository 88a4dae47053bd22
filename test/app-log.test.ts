import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../dev/sim/virtual-clock.ts";
import { openServiceLog, type ServiceLogParts } from "../src/app-log.ts";
import { SecretRegistry } from "../src/base/redact.ts";
import type { LogSettings } from "../src/model/log-settings.ts";

const DEFAULTS: LogSettings = {
  level: "info",
  format: null,
  fileEnabled: true,
  fileMaxBytes: 1_000_000,
  fileKeep: 2,
  consoleEnabled: null,
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "maestro-log-"));
});
afterEach(() => rm(folder, { recursive: true }));

interface Setting {
  readonly settings?: Partial<LogSettings>;
  readonly options?: Partial<ServiceLogParts["options"]>;
  readonly isTerminal?: boolean;
  readonly environment?: Record<string, string>;
}

/** What a service that says one line of each level leaves on its console and in its file. */
async function said({ settings, options, isTerminal = false, environment = {} }: Setting) {
  const console = Object.assign(new PassThrough(), { isTTY: isTerminal });
  const { log, file } = await openServiceLog({
    settings: { ...DEFAULTS, ...settings },
    options: { logsRoot: null, ...options },
    stateDirectory: folder,
    console,
    terminal: { environment, error: () => undefined },
    secrets: new SecretRegistry(),
    clock: new VirtualClock(),
  });
  log.debug("a detail");
  log.info("run started", { issue_identifier: "A-1" });
  log.warn("hook failed");
  const shown: unknown = console.read();
  return {
    file,
    written: file === null ? "" : await readFile(file, "utf8"),
    shown: shown === null ? "" : String(shown),
  };
}

const COLOURED = new RegExp(`${String.fromCharCode(27)}\\[33mwarn `);

describe("the log of a service", () => {
  it("is JSON lines in the state folder, and nothing on a console that is no terminal", async () => {
    const { file, written, shown } = await said({});
    expect(file).toBe(join(folder, "logs", "maestro.log"));
    expect(
      written
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).message),
    ).toEqual(["run started", "hook failed"]);
    expect(shown).toBe("");
  });

  it("shows warnings on a terminal, readable and in colour", async () => {
    const { shown } = await said({ isTerminal: true });
    expect(shown).toMatch(COLOURED);
    expect(shown).toContain("hook failed\n");
    expect(shown).not.toContain("run started");
  });

  it.each([{ NO_COLOR: "1" }, { TERM: "dumb" }])("has no colour with %o", async (environment) => {
    const { shown } = await said({ isTerminal: true, environment });
    expect(shown).toMatch(/^\d\d:\d\d:\d\d\.\d{3} warn {2}hook failed\n$/);
  });

  it.each([
    ["--verbose", { options: { verbose: true } }],
    ["console_enabled", { settings: { consoleEnabled: true } }],
    [
      "--verbose against a quiet file",
      { options: { verbose: true }, settings: { level: "warn", consoleEnabled: false } },
    ],
  ] satisfies [string, Setting][])(
    "goes to the console whole with %s: as JSON lines where no terminal is",
    async (_, setting) => {
      const { shown } = await said(setting);
      expect(
        shown
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line).message),
      ).toEqual(["run started", "hook failed"]);
    },
  );

  it("is silent on a terminal when the workflow says so", async () => {
    expect((await said({ isTerminal: true, settings: { consoleEnabled: false } })).shown).toBe("");
  });

  it("is written as the workflow says", async () => {
    const text = await said({ settings: { format: "text", level: "debug" } });
    expect(text.written).toContain("2026-01-01T00:00:00.000Z debug a detail\n");
    const json = await said({ settings: { format: "json", consoleEnabled: true }, isTerminal: true });
    expect(JSON.parse(json.shown.split("\n")[0] ?? "")).toMatchObject({ issue_identifier: "A-1" });
  });

  it("has no file when the workflow wants none, unless --logs-root asks for one", async () => {
    expect((await said({ settings: { fileEnabled: false } })).file).toBeNull();
    const logsRoot = join(folder, "elsewhere");
    const { file, written } = await said({ settings: { fileEnabled: false }, options: { logsRoot } });
    expect(file).toBe(join(logsRoot, "logs", "maestro.log"));
    expect(written).toContain("run started");
  });
});
