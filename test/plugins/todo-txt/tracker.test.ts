import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { trackerCases } from "../../../src/contracts/conformance/tracker.ts";
import { calmly } from "../../../src/contracts/conformance/tracker-harness.ts";
import { todoHarness, todoProvider } from "./harness.ts";

const GAPS = {
  faults: "a file is replaced or it is not; there is no answer on the way",
  undispatchable: "every line may be worked on",
  claim: "a file is not shared between machines",
  relate: "a line has no links but what comes first",
  blocking: "a line has no links but what comes first",
  follow_up: "todo.txt has no place for a key",
  attach: "todo.txt has no place for links",
  malformed: "todo.txt knows no wrong lines",
};

describe("the tracker of the plugin todo-txt, from its bundle", () => {
  it.each(trackerCases(GAPS))("$name", async ({ run }) => {
    const harness = todoHarness();
    try {
      await run(harness);
    } finally {
      await harness.dispose();
    }
  });
});

describe("a todo.txt file", () => {
  async function withText(text: string) {
    const harness = todoHarness();
    onTestFinished(() => harness.dispose());
    await harness.seed([]);
    await writeFile(harness.file(), text);
    return { tracker: await harness.open(), text: () => readFile(harness.file(), "utf8") };
  }

  it("keeps everything of a line that it does not know, and numbers those without an id", async () => {
    const { tracker, text } = await withText(
      "(B) 2026-11-01 Call Mum +family @phone due:2026-12-01\n\nx 2026-11-02 2026-11-01 Buy milk pri:A\n",
    );
    const issues = await tracker.issuesByStates(["Todo", "Done"], calmly);
    expect(issues).toMatchObject([
      { identifier: "TODO-1", title: "Call Mum due:2026-12-01", priority: 2, state: "Todo", labels: ["phone"] },
      { identifier: "TODO-2", title: "Buy milk", priority: 1, state: "Done" },
    ]);
    expect(await text()).toBe(
      "(B) 2026-11-01 Call Mum +family @phone due:2026-12-01 id:1\nx 2026-11-02 2026-11-01 Buy milk pri:A id:2\n",
    );
  });

  it("ends a task the way todo.txt does, and takes it up again", async () => {
    const { tracker, text } = await withText("(A) 2026-11-01 Paint id:4\n");
    await tracker.move("4", { to: "Done", from: "Todo" }, calmly);
    expect(await text()).toMatch(/^x \d{4}-\d{2}-\d{2} 2026-11-01 Paint pri:A id:4\n$/);
    await tracker.move("4", { to: "In Progress", from: "Done" }, calmly);
    expect(await text()).toBe("(A) 2026-11-01 Paint state:In_Progress id:4\n");
  });

  it("says which of its own files is damaged, and loses nothing of the other", async () => {
    const { tracker, text } = await withText("Paint id:1\n");
    const harness = todoHarness();
    onTestFinished(() => harness.dispose());
    await harness.seed([{ identifier: "A", title: "Paint", state: "Todo" }]);
    await writeFile(`${harness.file()}.notes.json`, "{");
    const broken = await harness.open();
    await expect(broken.issuesByIds(["1"], calmly)).rejects.toMatchObject({ code: "tracker_response" });
    expect((await tracker.issuesByIds(["1"], calmly)).length).toBe(1);
    expect(await text()).toBe("Paint id:1\n");
  });

  it("refuses options that it does not know, and names them", async () => {
    const { parseOptions } = await todoProvider();
    expect(() => parseOptions({ fil: "x" })).toThrow(expect.objectContaining({ code: "tracker_invalid_config" }));
    expect(parseOptions({ file: "work.txt" })).toEqual({ file: "work.txt", open_state: "Todo", done_state: "Done" });
  });
});
