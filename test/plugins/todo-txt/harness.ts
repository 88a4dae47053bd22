import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { systemClock } from "../../../src/base/clock.ts";
import { MaestroError } from "../../../src/base/errors.ts";
import { silentLog } from "../../../src/base/log.ts";
import { systemRandom } from "../../../src/base/random.ts";
import { SecretRegistry } from "../../../src/base/redact.ts";
import type { SeedIssue, TrackerHarness } from "../../../src/contracts/conformance/tracker.ts";
import type { PluginApi, PluginModule } from "../../../src/contracts/plugin.ts";
import type { Tracker, TrackerProvider } from "../../../src/contracts/tracker.ts";

const BUNDLE = resolve("plugins/todo-txt/dev.maestro/index.js");

/** The tracker as anybody outside of Maestro gets it: from the bundle, through what `activate` registers. */
export async function todoProvider(): Promise<TrackerProvider> {
  const module: PluginModule = await import(pathToFileURL(BUNDLE).href);
  const registered: TrackerProvider[] = [];
  const refuse = (): never => {
    throw new Error("the plugin registers a tracker and nothing else");
  };
  const api: PluginApi = {
    ...{ version: "1.0", forge: refuse, agent: refuse, placement: refuse, tool: refuse },
    tracker: (provider) => registered.push(provider),
    error: (init) => new MaestroError(init),
  };
  await module.activate(api);
  const [provider] = registered;
  if (provider === undefined) throw new Error("the plugin registers no tracker");
  return provider;
}

/** A todo.txt of its own for one case. */
export function todoHarness(): TrackerHarness & { readonly file: () => string; dispose(): Promise<void> } {
  let folder: string | undefined;
  const open: Tracker[] = [];
  const directory = async (): Promise<string> => {
    folder ??= await mkdtemp(join(tmpdir(), "maestro-todo-"));
    return folder;
  };
  const file = (): string => join(folder ?? "", "todo.txt");
  const connect = async (): Promise<Tracker> => {
    const provider = await todoProvider();
    const where = await directory();
    const context = { clock: systemClock(), random: systemRandom(), log: silentLog, secrets: new SecretRegistry() };
    const tracker = await provider.open(provider.parseOptions({}), {
      ...context,
      ...{ directory: where, stateDirectory: where, environment: {} },
    });
    open.push(tracker);
    return tracker;
  };
  return {
    file,
    seed: async (issues) => {
      await directory();
      await writeSeeds(file(), issues);
      return issues.map((_, index) => ({ id: String(index + 1), identifier: `TODO-${index + 1}` }));
    },
    open: connect,
    reopen: async () => {
      for (const tracker of open.splice(0)) await tracker.close();
      return connect();
    },
    sever: () => rm(file(), { force: true }),
    editByHand: async (identifier, { state, description }) => {
      const id = identifier.replace("TODO-", "");
      const text = await readFile(file(), "utf8");
      const lines = text
        .split("\n")
        .map((line) => (line.endsWith(` id:${id}`) ? line.replace(/state:\S+/, `state:${state}`) : line));
      await writeFile(file(), lines.join("\n"));
      const notes = JSON.parse(await readFile(`${file()}.notes.json`, "utf8"));
      notes.pages[id].description = description;
      await writeFile(`${file()}.notes.json`, JSON.stringify(notes));
    },
    pause: () => new Promise((done) => setTimeout(done, 300)),
    dispose: async () => {
      for (const tracker of open) await tracker.close();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeSeeds(file: string, issues: readonly SeedIssue[]): Promise<void> {
  const numbers = new Map(issues.map(({ identifier }, at) => [identifier, at + 1]));
  const lines = issues.map(({ identifier, title, state, labels = [], priority, blockedBy = [] }) =>
    [
      ...(priority === undefined ? [] : [`(${String.fromCharCode(64 + priority)})`]),
      ...["2026-01-01", title],
      ...labels.filter((label) => label.trim() !== "").map((label) => `@${label.trim().replaceAll(" ", "_")}`),
      ...blockedBy.map((other) => `after:${numbers.get(other)}`),
      ...[`state:${state.replaceAll(" ", "_")}`, `id:${numbers.get(identifier)}`],
    ].join(" "),
  );
  await writeFile(file, `${lines.join("\n")}\n`);
  const at = Date.parse("2026-01-01");
  const pages = issues.map(({ description = null }, index) => [
    index + 1,
    { description, notes: [], createdAt: at, updatedAt: at },
  ]);
  const notes = { version: 1, next: issues.length + 1, pages: Object.fromEntries(pages) };
  await writeFile(`${file}.notes.json`, JSON.stringify(notes));
}
