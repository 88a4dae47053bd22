import { describe, expect, it } from "vitest";
import { MaestroError } from "../../src/base/errors.ts";
import { type Props, stage } from "./stage.ts";

const ISSUES = [
  {
    id: "1",
    identifier: "DEMO-1",
    title: "Greet",
    state: "Todo",
    labels: ["bug"],
    priority: 1,
    description: "Say hello.",
  },
  { id: "2", identifier: "DEMO-2", title: "Part", state: "Done" },
  { id: "3", identifier: "DEMO-3", title: "Wait", state: "In Review", blocked_by: ["DEMO-1"] },
];
const CALL = { signal: new AbortController().signal };

function shop(props: Props = {}) {
  return stage({ issues: ISSUES, ...props });
}

describe("maestro issue list", () => {
  it("lists what has not ended, in the tracker's order", async () => {
    const self = await shop();
    const { code, out } = await self.run("issue", "list");
    expect([code, self.open.size]).toEqual([0, 0]);
    expect(out.split("\n").map((line) => line.slice(0, 6).trim())).toEqual(["ISSUE", "DEMO-1", "DEMO-3", ""]);
  });

  it("lists one state, or all, or nothing", async () => {
    const self = await shop();
    const states = async (...words: string[]) => {
      const { issues } = JSON.parse((await self.run("issue", "list", "--json", ...words)).out);
      return issues.map((issue: { state: string }) => issue.state);
    };
    expect(await states("--state", "in review", "--state", "DONE")).toEqual(["Done", "In Review"]);
    expect(await states("--all")).toEqual(["Todo", "Done", "In Review"]);
    expect((await self.run("issue", "list", "--state", "Rework")).out).toBe("No issues.\n");
  });

  it("tells of those that have ended when no other is left", async () => {
    const ended = [
      { id: "1", identifier: "DEMO-1", title: "Greet", state: "Done" },
      { id: "2", identifier: "DEMO-2", title: "Part", state: "Canceled" },
      { id: "3", identifier: "DEMO-3", title: "Wait", state: "Done" },
    ];
    const { out } = await (await stage({ issues: ended })).run("issue", "list");
    expect(out).toBe("No issue is open.\n2 done, 1 canceled; --all shows them.\n");
    const { out: listed } = await (await stage({ issues: ended })).run("issue", "list", "--all");
    expect(listed).toContain("DEMO-3");
    expect((await (await stage({ issues: [] })).run("issue", "list")).out).toBe("No issues.\n");
  });

  it("names the states that there are for one that there is not", async () => {
    const { code, err } = await (await shop()).run("issue", "list", "--state", "Tood");
    expect(code).toBe(4);
    expect(err).toContain('The workflow names no state "Tood"');
    expect(err).toContain('hint: Did you mean "Todo"?');
  });
});

describe("maestro issue show", () => {
  it("shows an issue by identifier or id, with its comments", async () => {
    const self = await shop();
    await self.tracker.comment("1", "Why?", "ben", CALL);
    const { out } = await self.run("issue", "show", "DEMO-1");
    expect(out).toContain("DEMO-1  Greet\nstate       Todo\npriority    1\nlabels      bug\n");
    expect(out).toContain("\nSay hello.\n\nben, 2026-01-01T00:00:00.000Z\nWhy?\n");
    const byId = JSON.parse((await self.run("issue", "show", "3", "--json")).out);
    expect(byId).toMatchObject({
      issue: { identifier: "DEMO-3", blocked_by: [{ identifier: "DEMO-1" }] },
      comments: [],
    });
  });

  it("says where to look for an issue that there is not", async () => {
    const self = await shop();
    const { code, out, err } = await self.run("issue", "show", "DEMO-9");
    expect([code, out, self.open.size]).toEqual([4, "", 0]);
    expect(err).toBe(
      'maestro: The tracker shows no issue "DEMO-9".\nhint: `maestro issue list` shows those that there are.\n',
    );
  });
});

describe("maestro issue new", () => {
  it("begins where work is to be done", async () => {
    const self = await shop();
    const { code, out } = await self.run(
      "issue",
      "new",
      "Sing",
      "--label",
      "Fun",
      "--label",
      "loud",
      "--priority",
      "2",
    );
    expect([code, out]).toEqual([0, "MEM-1 was made, in Todo.\nTo see it: maestro issue show MEM-1\n"]);
    const made = await self.tracker.issueByIdentifier("MEM-1", CALL);
    expect(made).toMatchObject({ title: "Sing", state: "Todo", labels: ["fun", "loud"], priority: 2 });
  });

  it("takes everything that an issue has", async () => {
    const self = await shop();
    const words = ["--description", "Loudly.", "--state", "backlog", "--blocked-by", "DEMO-1", "--json"];
    const { out } = await self.run("issue", "new", "Sing", ...words);
    expect(JSON.parse(out).issue).toMatchObject({
      description: "Loudly.",
      state: "Backlog",
      blocked_by: [{ identifier: "DEMO-1", state: "Todo" }],
      created_at: "2026-01-01T00:00:00.000Z",
    });
  });

  it("needs a title", async () => expect((await (await shop()).run("issue", "new", " ")).code).toBe(2));
});

describe("maestro issue move, comment and label", () => {
  it("moves by the workflow's spelling", async () => {
    const self = await shop();
    expect((await self.run("issue", "move", "DEMO-1", "in progress")).out).toBe(
      "DEMO-1 was moved from Todo to In Progress.\n",
    );
    expect((await self.run("issue", "move", "DEMO-1", "In Progress")).out).toBe("DEMO-1 is in In Progress already.\n");
    expect((await self.tracker.issuesByIds(["1"], CALL))[0]?.state).toBe("In Progress");
  });

  it("moves nothing to a state that nobody knows", async () => {
    const self = await shop();
    expect((await self.run("issue", "move", "DEMO-1", "Elsewhere")).code).toBe(4);
    expect((await self.tracker.issuesByIds(["1"], CALL))[0]?.state).toBe("Todo");
  });

  it("comments in the name of whoever sits there, or of another", async () => {
    const self = await shop();
    await self.run("issue", "comment", "DEMO-1", "One");
    await self.run("issue", "comment", "DEMO-1", "Two", "--author", "ben");
    const comments = await self.tracker.comments("1", null, CALL);
    expect(comments.map(({ author, body }) => [author, body])).toEqual([
      ["ann", "One"],
      ["ben", "Two"],
    ]);
  });

  it("puts labels on and takes them off", async () => {
    const self = await shop();
    const { out } = await self.run("issue", "label", "DEMO-1", "--add", "Auto-Land", "--remove", "bug");
    expect(out).toBe("DEMO-1 is labelled auto-land.\n");
    expect((await self.run("issue", "label", "DEMO-1", "--remove", "auto-land")).out).toBe(
      "DEMO-1 is labelled with nothing.\n",
    );
    expect((await self.run("issue", "label", "DEMO-1")).code).toBe(2);
  });
});

describe("after a write", () => {
  const WRITES = [
    ["new", "Sing"],
    ["move", "DEMO-1", "Rework"],
    ["comment", "DEMO-1", "Hello"],
    ["label", "DEMO-1", "--add", "x"],
  ];
  it.each(WRITES.map((words) => ({ words })))("$words makes a running service look at once", async ({ words }) => {
    const self = await shop({ isRunning: true });
    expect((await self.run("issue", ...words)).code).toBe(0);
    expect(self.asked).toEqual([{ verb: "refresh", actor: "cli:ann", arguments: {} }]);
  });

  it("leaves no request where nobody runs", async () => {
    const self = await shop();
    await self.run("issue", "new", "Sing");
    expect(self.asked).toEqual([]);
  });

  it("is done, even when the service cannot be told", async () => {
    const ask = () => Promise.reject(new MaestroError({ code: "disk_full", message: "no space" }));
    const { code, err } = await (await shop({ isRunning: true, parts: { ask } })).run("issue", "new", "Sing");
    expect([code, err]).toEqual([
      0,
      "note: the service could not be told (no space); it sees this at its next poll.\n",
    ]);
  });
});
