import { mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import type { Log } from "../../src/base/log.ts";
import { logFile } from "../../src/base/log-file.ts";
import { openLog } from "../../src/base/log-writer.ts";
import { SecretRegistry } from "../../src/base/redact.ts";

let folder: string;
let path: string;
let clock: VirtualClock;
let told: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "maestro-log-"));
  path = join(folder, "logs", "maestro.log");
  clock = new VirtualClock();
  told = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (maxBytes = 1_000_000, keep = 3): Promise<Log> =>
  openLog({
    targets: [{ output: logFile({ path, maxBytes, keep, clock }), level: "info", format: "json" }],
    secrets: new SecretRegistry(),
    clock,
    lastResort: (sentence) => told.push(sentence),
  });

async function messagesOf(file = path): Promise<string[]> {
  const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line).message);
}

describe("a file that grows", () => {
  it("is renamed before it is too long, and only so many are kept", async () => {
    await open(300, 2).then((log) => {
      for (let n = 0; n < 20; n += 1) log.info(`line ${n}`, { pad: "x".repeat(40) });
    });
    const all = [`${path}.2`, `${path}.1`, path];
    const kept = (await Promise.all(all.map((file) => messagesOf(file)))).flat();
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, at) => `line ${20 - kept.length + at}`));
    for (const file of all) expect((await readFile(file)).length).toBeLessThanOrEqual(300);
    await expect(readFile(`${path}.3`)).rejects.toThrow("ENOENT");
  });

  it("leaves no more than what is kept now, and nothing that is not its own", async () => {
    (await open()).info("first");
    for (const name of ["1", "2", "7"]) await writeFile(`${path}.${name}`, "{}\n");
    await writeFile(`${path}.old`, "mine\n");
    const log = await open(100, 1);
    log.info("second", { pad: "x".repeat(60) });
    expect(await messagesOf(`${path}.1`)).toEqual(["first"]);
    for (const name of ["2", "7"]) await expect(readFile(`${path}.${name}`)).rejects.toThrow("ENOENT");
    expect(await readFile(`${path}.old`, "utf8")).toBe("mine\n");
  });

  it("keeps nothing but itself when nothing is to be kept, and takes a line that is longer than a file", async () => {
    const log = await open(100, 0);
    log.info("one", { pad: "x".repeat(500) });
    log.info("two", { pad: "x".repeat(500) });
    expect(await messagesOf()).toEqual(["two"]);
    await expect(readFile(`${path}.1`)).rejects.toThrow("ENOENT");
  });

  it("is shared by two processes without a line lost", async () => {
    const [one, two] = [await open(2_000, 50), await open(2_000, 50)];
    for (let n = 0; n < 60; n += 1) (n % 2 === 0 ? one : two).info(`line ${n}`);
    const names = await readdir(join(folder, "logs"));
    const kept = await Promise.all(names.map((name) => messagesOf(join(folder, "logs", name))));
    expect(kept.flat().sort()).toEqual(Array.from({ length: 60 }, (_, n) => `line ${n}`).sort());
  });
});

describe("a file that goes away", () => {
  it.each([
    ["is removed with its folder", () => rm(join(folder, "logs"), { recursive: true })],
    ["is renamed", () => rename(path, `${path}.moved`)],
  ])("is begun anew when it %s", async (_, remove) => {
    const log = await open();
    log.info("before");
    await remove();
    await clock.advance(1_000);
    log.info("after");
    expect(await messagesOf()).toEqual(["after"]);
    expect(told).toEqual([]);
  });

  it("goes on on a line of its own behind a line that was broken off", async () => {
    (await open()).info("before");
    await writeFile(path, '{"message":"torn', { flag: "a" });
    (await open()).info("after");
    const lines = (await readFile(path, "utf8")).trim().split("\n");
    expect(lines.map((line) => line.includes("torn"))).toEqual([false, true, false]);
    expect(JSON.parse(lines[2] ?? "").message).toBe("after");
  });
});
