import { describe, expect, it } from "vitest";
import { laneOf, parkedOf } from "../policy/facts.ts";
import { stage } from "./stage.ts";

const DONE = { ok: true, code: "paused", sentence: "Nothing new is started.", at: 5 };
const PARKED = { lanes: [laneOf({ parked: parkedOf() })] };

describe("a request to the service", () => {
  it.each(["pause", "resume", "drain", "stop"])("%s is asked and answered", async (verb) => {
    const self = await stage({ isRunning: true, record: {}, answer: DONE });
    expect(await self.run(verb)).toEqual({ code: 0, out: "Nothing new is started.\n", err: "" });
    expect(self.asked).toEqual([{ verb, actor: "cli:ann", arguments: {} }]);
  });

  it.each(["unpark", "retry"])("%s is about an issue, by identifier or id", async (verb) => {
    const self = await stage({ isRunning: true, record: PARKED, answer: DONE });
    await self.run(verb, "DEMO-1");
    await self.run(verb, "1");
    expect(self.asked.map((request) => request.arguments)).toEqual([{ issue: "DEMO-1" }, { issue: "1" }]);
  });

  it.each([{ record: null }, { record: {} }])("about an issue that nobody works on is refused", async ({ record }) => {
    const self = await stage({ isRunning: true, record });
    const { code, err } = await self.run("unpark", "DEMO-9");
    expect([code, self.asked]).toEqual([4, []]);
    expect(err).toContain('No open lane belongs to "DEMO-9".\nhint: `maestro status`');
  });

  it.each(["pause", "resume"])("%s waits on record when nothing runs, and says so", async (verb) => {
    const self = await stage({ record: {} });
    const { code, out } = await self.run(verb);
    expect([code, out]).toEqual([0, "No service runs. The request waits on record; the next start carries it out.\n"]);
    expect(self.asked).toHaveLength(1);
  });

  it.each(["drain", "stop"])("%s makes no sense later, so nothing is left on record", async (verb) => {
    const self = await stage({ record: {} });
    const { code, out } = await self.run(verb);
    expect([code, self.asked]).toEqual([0, []]);
    expect(out).toBe(`No service runs, so there is nothing to ${verb}.\n`);
  });

  it("without an answer in time says that it will be carried out", async () => {
    const self = await stage({ isRunning: true, record: {}, answer: null });
    const { code, out } = await self.run("pause", "--json");
    expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ ok: true, code: "waits" })]);
  });

  it.each([
    ["unknown_issue", 4],
    ["has_work", 5],
    ["unknown_command", 2],
  ])("that is refused with %s ends with %i", async (code, exit) => {
    const answer = { ok: false, code, sentence: "It cannot be done.", at: 5 };
    const ended = await (await stage({ isRunning: true, record: PARKED, answer })).run("retry", "DEMO-1");
    expect(ended).toEqual({ code: exit, out: "", err: "maestro: It cannot be done.\n" });
  });
});
