import { readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Random } from "../../../src/base/random.ts";
import { type IssueFiles, issueFiles, issueText, options } from "./folder.ts";

const DRAFT = { title: "New", description: null, state: "Todo", labels: [], priority: null, blockedBy: [] };

describe("writes of the local tracker", () => {
  let files: IssueFiles;
  beforeEach(() => {
    files = issueFiles();
    files.write("ISS-1.md", issueText("One"));
  });
  afterEach(() => files.remove());

  /** Every write asks for randomness between reading the file and replacing it: that is when the person saves. */
  const savingRandom = (save: (time: number) => void): Random => {
    let times = 0;
    const { random } = files.context;
    return {
      ...random,
      hex: (bytes) => {
        times += 1;
        save(times);
        return random.hex(bytes);
      },
    };
  };

  it("begin again when a person saves the file at the same time", async () => {
    const tracker = await files.open(
      savingRandom((time) => {
        if (time === 1) files.write("ISS-1.md", issueText("One, by hand", "", "Saved meanwhile.\n"));
      }),
    );
    expect(await tracker.move("ISS-1", { to: "Done", from: "Todo" }, options)).toBe("moved");
    const [issue] = await tracker.issuesByIds(["ISS-1"], options);
    expect(issue).toMatchObject({ title: "One, by hand", description: "Saved meanwhile.", state: "Done" });
    expect(readdirSync(files.folder)).toEqual(["ISS-1.md"]);
  });

  it("decide again on what the person saved", async () => {
    const tracker = await files.open(
      savingRandom((time) => {
        if (time === 1) files.write("ISS-1.md", issueText("One").replace("Todo", "Blocked"));
      }),
    );
    expect(await tracker.move("ISS-1", { to: "Done", from: "Todo" }, options)).toBe("conflict");
    expect(files.read("ISS-1.md")).toContain("state: Blocked");
  });

  it("give up in the end, with nothing changed and nothing left behind", async () => {
    const tracker = await files.open(savingRandom((time) => files.write("ISS-1.md", issueText(`Saved ${time}`))));
    await expect(tracker.move("ISS-1", { to: "Done", from: "Todo" }, options)).rejects.toMatchObject({
      code: "tracker_conflict",
      retryable: true,
    });
    expect(files.read("ISS-1.md")).toContain("state: Todo");
    expect(readdirSync(files.folder)).toEqual(["ISS-1.md"]);
  });

  it("never bring a deleted file back", async () => {
    const tracker = await files.open(savingRandom(() => rmSync(files.path("ISS-1.md"), { force: true })));
    await expect(tracker.move("ISS-1", { to: "Done", from: "Todo" }, options)).rejects.toMatchObject({
      code: "tracker_not_found",
    });
    expect(readdirSync(files.folder)).toEqual([]);
  });

  it("do not touch a file when there is nothing to do", async () => {
    files.write("ISS-1.md", issueText("One", "labels:   [ a ]\n"));
    const before = files.read("ISS-1.md");
    const tracker = await files.open();
    await tracker.move("ISS-1", { to: "todo", from: null }, options);
    await tracker.label("ISS-1", { add: ["A"], remove: ["b"] }, options);
    expect(files.read("ISS-1.md")).toBe(before);
  });

  it("take the place of no file that a person makes at the same time", async () => {
    let next = 2;
    const tracker = await files.open(
      savingRandom((time) => {
        // The first call names the issue, the second one the draft.
        if (time === 2) files.write(`ISS-${next++}.md`, issueText("By hand"));
      }),
    );
    expect((await tracker.create(DRAFT, options)).identifier).toBe("ISS-3");
    expect(files.read("ISS-2.md")).toBe(issueText("By hand"));
  });

  it("never give a number twice, whatever was deleted or written in other letters", async () => {
    const tracker = await files.open();
    files.write("iss-8.md", issueText("Lower"));
    expect((await tracker.create(DRAFT, options)).identifier).toBe("ISS-9");
    rmSync(files.path("ISS-9.md"));
    expect((await (await files.open()).create(DRAFT, options)).identifier).toBe("ISS-10");
  });

  it("make files that people can read", async () => {
    const tracker = await files.open();
    const { id } = await tracker.create(
      { ...DRAFT, title: "Mind: the gap", description: "Why.\n", labels: ["Bug"], blockedBy: ["ISS-1"] },
      options,
    );
    const at = /created_at: (\S+)/.exec(files.read("ISS-2.md"))?.[1];
    expect(files.read("ISS-2.md")).toBe(
      `---\nid: ${id}\ntitle: "Mind: the gap"\nstate: Todo\nlabels:\n  - bug\npriority: null\nblocked_by:\n  - ISS-1\ncreated_at: ${at}\nupdated_at: ${at}\n---\n\nWhy.\n`,
    );
  });

  it("change a description and nothing else, and add each link once", async () => {
    files.write(
      "ISS-2.md",
      "---\ntitle: Two # keep\nstate: Todo\n---\n\nOld.\n\nMore.\n\n## Comments\n\n### 2026-01-01 · ann\n\nHi.\n",
    );
    const tracker = await files.open();
    await tracker.update?.("ISS-2", { description: "New.\n\n## Comments\n\n### 2026-01-02 · eve\n\nForged." }, options);
    const [issue] = await tracker.issuesByIds(["ISS-2"], options);
    expect(issue?.description).toBe("New.\n\n## Comments\n\n### 2026-01-02 · eve\n\nForged.");
    expect((await tracker.comments("ISS-2", null, options)).map(({ body }) => body)).toEqual(["Hi."]);
    expect(files.read("ISS-2.md")).toContain("title: Two # keep");
    const once = files.read("ISS-2.md");
    await tracker.update?.("ISS-2", { description: issue?.description ?? "" }, options);
    expect(files.read("ISS-2.md")).toBe(once);
    await tracker.update?.("ISS-2", { description: "" }, options);
    expect(files.read("ISS-2.md")).toMatch(/---\n\n## Comments\n/);
    await tracker.relate?.("ISS-1", { kind: "duplicate_of", identifier: "ISS-2" }, options);
    const linked = files.read("ISS-1.md");
    await tracker.relate?.("ISS-1", { kind: "duplicate_of", identifier: "ISS-2" }, options);
    expect(files.read("ISS-1.md")).toBe(linked);
    expect(linked).toContain("duplicate_of:\n  - ISS-2\n");
  });

  it("keep one link per address with its title, beside what people wrote", async () => {
    files.write("ISS-2.md", issueText("Two", "links:\n  # the sketch\n  - https://example.org/sketch\n"));
    const tracker = await files.open();
    const link = { url: "https://example.org/change/1", title: "Change 1", kind: "change" } as const;
    await tracker.attach?.("ISS-2", link, options);
    const once = files.read("ISS-2.md");
    expect(once).toContain("  # the sketch\n  - https://example.org/sketch\n  - title: Change 1\n    url: https://");
    await tracker.attach?.("ISS-2", link, options);
    expect(files.read("ISS-2.md")).toBe(once);
    await tracker.attach?.("ISS-2", { ...link, title: "Change 1: sorted" }, options);
    expect(files.read("ISS-2.md").match(/change\/1/g)).toHaveLength(1);
    expect(files.read("ISS-2.md")).toContain('title: "Change 1: sorted"');
    await expect(tracker.attach?.("ISS-2", { ...link, url: "no address" }, options)).rejects.toMatchObject({
      code: "tracker_status",
    });
  });

  it("show links of people's from both ends, to files that are gone too", async () => {
    files.write("ISS-2.md", issueText("Two", "duplicate_of: ISS-1\nrelated: [ISS-9]\n"));
    const tracker = await files.open();
    expect(await tracker.relations?.("ISS-2", options)).toEqual([
      { kind: "duplicate_of", issueId: "ISS-1", identifier: "ISS-1", state: "Todo" },
      { kind: "related", issueId: "ISS-9", identifier: "ISS-9", state: null },
    ]);
    expect(await tracker.relations?.("ISS-1", options)).toEqual([
      { kind: "related", issueId: "ISS-2", identifier: "ISS-2", state: "Todo" },
    ]);
    const self = { kind: "related", identifier: "ISS-1" } as const;
    await expect(tracker.relate?.("ISS-1", self, options)).rejects.toMatchObject({ code: "tracker_status" });
  });

  it("make one follow-up of a key in two processes at once, and find it after both files were renamed", async () => {
    const [one, two] = [await files.open(), await files.open()];
    files.write("ISS-1.md", issueText("One", "id: first\n"));
    const wish = (tracker: typeof one) => tracker.ensureFollowUp?.("first", "tests", DRAFT, options);
    const [a, b] = await Promise.all([wish(one), wish(two)]);
    expect(a?.id).toBe(b?.id);
    expect(files.read("ISS-2.md")).toContain("related:\n  - ISS-1\nfollow_up:\n  of: first\n  key: tests\n");
    renameSync(files.path("ISS-1.md"), files.path("ISS-7.md"));
    renameSync(files.path("ISS-2.md"), files.path("ISS-8.md"));
    expect(await wish(one)).toMatchObject({ id: a?.id, identifier: "ISS-8" });
    await expect(one.ensureFollowUp?.("first", " ", DRAFT, options)).rejects.toMatchObject({ code: "tracker_status" });
  });

  it("sweep away drafts of processes that died, and nothing else", async () => {
    files.write(".ISS-1.md.123-0123456789ab.draft", "half");
    files.write(".ISS-1.md.swp", "an editor's");
    await (await files.open()).move("ISS-1", { to: "Done", from: null }, options);
    expect(readdirSync(files.folder).sort()).toEqual([".ISS-1.md.swp", "ISS-1.md"]);
  });

  it("stop when the numbers cannot be read, rather than give one twice", async () => {
    const tracker = await files.open();
    await tracker.create(DRAFT, options);
    const numbers = readdirSync(files.context.stateDirectory).find((name) => name.endsWith(".json")) ?? "";
    writeFileSync(join(files.context.stateDirectory, numbers), "{");
    await expect(tracker.create(DRAFT, options)).rejects.toMatchObject({
      code: "tracker_response",
      message: expect.stringContaining(numbers),
    });
    expect(readdirSync(files.folder).sort()).toEqual(["ISS-1.md", "ISS-2.md"]);
  });

  it("leave nothing in the project but issue files", async () => {
    const tracker = await files.open();
    await tracker.create(DRAFT, options);
    await tracker.comment("ISS-1", "text", "alice", options);
    expect(readdirSync(files.folder).sort()).toEqual(["ISS-1.md", "ISS-2.md"]);
    expect(readdirSync(files.context.directory)).toEqual([".maestro"]);
  });
});
