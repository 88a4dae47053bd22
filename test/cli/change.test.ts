import { describe, expect, it } from "vitest";
import { pushedChange, stage } from "./stage.ts";

const CALL = { signal: new AbortController().signal };

describe("maestro change", () => {
  it("lists the open ones and counts the others", async () => {
    const self = await stage();
    expect((await self.run("change", "list")).out).toBe("No change is open.\n");
    await pushedChange(self.forge, "maestro/demo-1");
    const second = await pushedChange(self.forge, "maestro/demo-2");
    await self.forge.close(second, CALL);
    const { out } = await self.run("change", "list");
    expect(out).toContain("\n1   open   none    none    maestro/demo-1  DEMO-1: Greet\n");
    expect(out).toContain("0 merged, 1 closed; --all shows them.\n");
    const all = JSON.parse((await self.run("change", "list", "--all", "--json")).out);
    expect(all.changes.map((change: { state: string }) => change.state)).toEqual(["open", "closed"]);
    expect(self.open.size).toBe(0);
  });

  it.each(["1", "#1", "maestro/demo-1"])("shows the change %s", async (name) => {
    const self = await stage();
    await pushedChange(self.forge);
    const { code, out } = await self.run("change", "show", name);
    expect([code, out]).toEqual([0, expect.stringContaining("#1  DEMO-1: Greet\nstate       open\n")]);
  });

  it("says where to look for a change that there is not", async () => {
    const { code, err } = await (await stage()).run("change", "show", "9");
    expect(code).toBe(4);
    expect(err).toContain('There is no change with the id "9".\nhint: `maestro change list`');
  });

  const REVIEWS: [flag: string, decision: string, said: string][] = [
    ["--approve", "approved", "was approved"],
    ["--request-changes", "changes_requested", "was sent back for changes"],
    ["--comment", "commented", "was commented on"],
  ];
  it.each(REVIEWS)("%s is recorded as %s, and a running service is told", async (flag, decision, said) => {
    const self = await stage({ isRunning: true });
    await pushedChange(self.forge);
    const { code, out } = await self.run("change", "review", "1", flag, "--body", "Name the limit.");
    expect([code, out]).toEqual([0, expect.stringContaining(`Change #1 ${said}, at aaaaaaaaaa.`)]);
    const [change] = await self.forge.changesByIds(["1"], CALL);
    expect(change?.reviews).toMatchObject([{ author: "ann", decision, body: "Name the limit." }]);
    expect(self.asked.map(({ verb }) => verb)).toEqual(["refresh"]);
  });

  it.each([[[]], [["--approve", "--comment", "--body", "x"]], [["--request-changes"]], [["--comment", "--body", " "]]])(
    "review refuses %j before anything is opened",
    async (words) => {
      const self = await stage();
      expect((await self.run("change", "review", "1", ...words)).code).toBe(2);
      expect(self.loads).toBe(0);
    },
  );

  it("comments", async () => {
    const self = await stage();
    await pushedChange(self.forge);
    expect((await self.run("change", "comment", "1", "Hm.", "--author", "ben")).out).toBe("Commented on change #1.\n");
    const [change] = await self.forge.changesByIds(["1"], CALL);
    expect(change?.comments).toMatchObject([{ author: "ben", body: "Hm." }]);
  });

  it("merges the head that it saw, once", async () => {
    const self = await stage();
    await pushedChange(self.forge);
    expect((await self.run("change", "merge", "1")).out).toMatch(/^Change #1 was merged, as \w+\.\n$/);
    expect((await self.run("change", "merge", "1")).out).toContain("was merged before");
  });

  it("says why a merge is refused", async () => {
    const self = await stage();
    await pushedChange(self.forge);
    self.forge.setMergeability("1", "conflict");
    const { code, out, err } = await self.run("change", "merge", "1");
    expect([code, out]).toEqual([5, ""]);
    expect(err).toBe("maestro: Change #1 conflicts with main.\nhint: `maestro change show 1` tells how it stands.\n");
  });

  it("cleans a diff for a terminal and leaves it alone for a file", async () => {
    const raw = "+line\r\n+\u001b[31mred\n";
    for (const isTerminal of [true, false]) {
      const self = await stage({ isTerminal });
      await pushedChange(self.forge);
      self.forge.diff = async () => raw;
      expect((await self.run("change", "diff", "1")).out).toBe(isTerminal ? "+line\n+[31mred\n" : raw);
    }
  });
});
