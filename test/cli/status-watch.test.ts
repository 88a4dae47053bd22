import { describe, expect, it } from "vitest";
import type { TerminalScreen } from "../../src/cli/app.ts";
import type { Listed } from "../record/views/list-views.ts";
import { laneOf, parkedOf, workOf } from "../policy/facts.ts";
import { listViews } from "../record/views/list-views.ts";
import { hastyClock } from "./hasty-clock.ts";
import { stage, type Props } from "./stage.ts";

/** A record that is another one at each look, until somebody presses Ctrl+C at the last. */
async function watching(records: readonly Listed[], props: Props, ...words: string[]) {
  let look = 0;
  const self = await stage({
    ...props,
    parts: {
      clock: hastyClock(),
      reader: async () => {
        const record = records[Math.min(look, records.length - 1)] ?? {};
        look += 1;
        if (look === records.length) self.interrupt();
        const inbox = { ask: async () => undefined, answer: async () => null };
        return { value: { views: listViews(record), inbox }, close: async () => undefined };
      },
    },
  });
  return { ...(await self.run("status", "--watch", ...words)), looks: look };
}

const QUIET: Listed = {};
const PARKED: Listed = { lanes: [laneOf({ parked: parkedOf({ sentence: "It asks for a person." }) })] };
const RUNNING: Listed = { lanes: [laneOf({ work: workOf() })] };

describe("maestro status --watch", () => {
  it("prints a line with the document for each change, and ends as interrupted", async () => {
    const { code, out, looks } = await watching([QUIET, QUIET, RUNNING, RUNNING, PARKED], {}, "--json");
    const lines = out.trimEnd().split("\n");
    expect([code, looks, lines.length]).toEqual([130, 5, 3]);
    expect(lines.map((line) => JSON.parse(line).counts.parked)).toEqual([0, 0, 1]);
  });

  it("prints the text again for each change where there is no terminal", async () => {
    const { out } = await watching([QUIET, PARKED, PARKED], {});
    expect(out.match(/^demo-00000000: not running$/gm)).toHaveLength(2);
    expect(out).toContain("It asks for a person.");
    expect(out).not.toContain("\u001b");
  });

  it("draws one page in place, cut to the window, and gives the terminal back", async () => {
    const calls: string[] = [];
    const screen: TerminalScreen = {
      size: () => ({ columns: 20, rows: 5 }),
      onResize: () => {
        calls.push("listen");
        return () => calls.push("unlisten");
      },
      enter: () => {
        calls.push("enter");
        return () => calls.push("leave");
      },
    };
    const { code, out } = await watching([PARKED, PARKED], {
      screen,
      isTerminal: true,
      environment: { NO_COLOR: "1" },
    });
    const pages = out.split("\u001b[H").slice(1);
    expect([code, calls]).toEqual([130, ["enter", "listen", "unlisten", "leave"]]);
    for (const page of pages) {
      const lines = page.replace("\u001b[J", "").split("\n");
      expect(lines.length).toBe(5);
      expect(Math.max(...lines.map((line) => line.replaceAll("\u001b[K", "").length))).toBeLessThanOrEqual(20);
      expect(lines.at(-1)).toMatch(/^… \d+ more lines/);
    }
  });

  it("tells what cannot be read before the page is turned", async () => {
    const workflow = () => Promise.reject(new Error("none"));
    const screen: TerminalScreen = {
      size: () => ({ columns: 20, rows: 5 }),
      onResize: () => () => undefined,
      enter: () => expect.fail("the page was turned"),
    };
    const { code, err } = await (await stage({ screen, isTerminal: true, parts: { workflow } })).run(
      "status",
      "--watch",
    );
    expect([code, err]).toEqual([1, expect.stringContaining("maestro: none")]);
  });

  it("takes an interval only for watching", async () => {
    expect((await (await stage()).run("status", "--interval", "2")).code).toBe(2);
  });
});
