import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { MaestroError } from "../../src/base/errors.ts";
import type { App } from "../../src/cli/app.ts";
import { stage } from "./stage.ts";

const LINES = ['{"seq":1}', '{"seq":2,"text":"\u009b31m"}'];

function exporting(wanted: (string | null)[] = []): Partial<App> {
  return {
    exportEvents: async (_project, { laneId }, write) => {
      wanted.push(laneId);
      for (const line of LINES) await write(line);
    },
  };
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "maestro-cli-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

describe("maestro record verify", () => {
  it("says that everything agrees", async () => {
    const verify = async () => ({ ok: true, events: 17, differences: [] });
    const self = await stage({ parts: { verify } });
    expect(await self.run("record", "verify")).toMatchObject({ code: 0, out: expect.stringContaining("17 events") });
  });

  it("names what differs, and ends with 7", async () => {
    const verify = async () => ({ ok: false, events: 3, differences: ["lanes a: differs from its events"] });
    const self = await stage({ parts: { verify } });
    expect(await self.run("record", "verify")).toMatchObject({
      code: 7,
      out: expect.stringContaining("\n  lanes a: differs from its events\n"),
    });
    const { code, out } = await self.run("record", "verify", "--json");
    expect([code, JSON.parse(out).ok]).toEqual([7, false]);
  });

  it("has nothing to verify where nothing ever ran", async () => {
    expect((await (await stage()).run("record", "verify")).code).toBe(4);
  });
});

describe("maestro record export", () => {
  it("prints the lines as they are", async () => {
    const wanted: (string | null)[] = [];
    const self = await stage({ parts: exporting(wanted) });
    expect((await self.run("record", "export")).out).toBe(`${LINES.join("\n")}\n`);
    await self.run("record", "export", "--lane", "lane_1");
    expect(wanted).toEqual([null, "lane_1"]);
  });

  it("fills a new file, and touches no old one", async () => {
    const file = join(await folder(), "events.jsonl");
    const self = await stage({ parts: exporting() });
    expect((await self.run("record", "export", "--output", file)).out).toBe(`2 events were written to ${file}.\n`);
    expect(await readFile(file, "utf8")).toBe(`${LINES.join("\n")}\n`);
    expect(await self.run("record", "export", "--output", file)).toMatchObject({
      code: 5,
      err: expect.stringContaining("exists already"),
    });
  });

  it("leaves no half file behind", async () => {
    const directory = await folder();
    const exportEvents: App["exportEvents"] = async (_project, _options, write) => {
      await write("{}");
      throw new MaestroError({ code: "record_corrupt", message: "row 7 is damaged" });
    };
    const self = await stage({ parts: { exportEvents } });
    expect((await self.run("record", "export", "--output", join(directory, "x"))).code).toBe(7);
    expect(await readdir(directory)).toEqual([]);
  });

  it("stops when nobody reads on", async () => {
    const exportEvents: App["exportEvents"] = async (_project, _options, write) => {
      await write("{}");
      self.interrupt();
      await write("{}");
    };
    const self = await stage({ parts: { exportEvents } });
    expect(await self.run("record", "export")).toMatchObject({ code: 130, out: "{}\n" });
  });
});

describe("maestro record prune", () => {
  const report = {
    lanes: [{ laneId: "lane_1", identifier: "DEMO-1", events: 40 }],
    events: 40,
    kept: [{ laneId: "lane_2", reason: "an outside write of it is not settled" }],
  };

  it("tells what would go, and what went", async () => {
    const asked: object[] = [];
    const prune: App["prune"] = async (_project, options) => {
      asked.push(options);
      return report;
    };
    const self = await stage({ parts: { prune } });
    const dry = await self.run("record", "prune", "--closed-before", "2026-01-01", "--dry-run");
    expect(dry.out).toContain("1 lanes, 40 events would go.\n");
    const real = await self.run("record", "prune", "--closed-before", "2026-01-01T00:00:00Z");
    expect(real.out).toContain("1 lanes, 40 events went.\n");
    expect(real.out).toContain("lane_2  an outside write of it is not settled\n");
    const closedBefore = Date.UTC(2026, 0, 1);
    expect(asked).toEqual([
      { closedBefore, dryRun: true },
      { closedBefore, dryRun: false },
    ]);
  });

  it("is a document with --json", async () => {
    const self = await stage({ parts: { prune: async () => report } });
    const { out } = await self.run("record", "prune", "--closed-before", "2026-01-01", "--json");
    expect(JSON.parse(out)).toEqual({
      version: 1,
      dry_run: false,
      events: 40,
      lanes: [{ lane_id: "lane_1", identifier: "DEMO-1", events: 40 }],
      kept: [{ lane_id: "lane_2", reason: "an outside write of it is not settled" }],
    });
  });
});
