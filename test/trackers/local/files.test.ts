import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../dev/sim/virtual-clock.ts";
import { localTracker } from "../../../src/trackers/local/index.ts";
import { type IssueFiles, issueFiles, issueText, options } from "./folder.ts";

describe("files of the local tracker", () => {
  let files: IssueFiles;
  beforeEach(() => {
    files = issueFiles();
  });
  afterEach(() => files.remove());

  const titles = async () => (await (await files.open()).issuesByStates(["Todo"], options)).map(({ title }) => title);

  it("become issues as people write them", async () => {
    files.write(
      "ISS-2.md",
      `\uFEFF---\r\n# by hand\r\ntitle: "Two: the second"\r\nstate: In Progress # soon\r\nlabels: Bug, needs qa, bug\r\npriority: 2\r\nblocked_by:\r\n  - ISS-10\r\n  - OTHER-1\r\nassignee: 42\r\nurl: " http://x "\r\ncreated_at: 2026-01-02\r\nestimate: 3\r\n---\r\n\r\nText.\r\n`,
    );
    files.write("ISS-10.md", issueText("Ten", "id: stable-10\npriority: high\nlabels: {a: b}\ncreated_at: soon\n"));
    const tracker = await files.open();
    const [two, ten] = await tracker.issuesByStates(["todo", "in progress"], options);
    expect(two).toEqual({
      ...{ id: "ISS-2", identifier: "ISS-2", nativeRef: { file: "ISS-2.md" }, title: "Two: the second" },
      ...{ description: "Text.", priority: 2, state: "In Progress", branchName: null, url: "http://x" },
      ...{ assigneeId: "42", labels: ["bug", "needs qa"], dispatchable: true },
      ...{ createdAt: Date.UTC(2026, 0, 2), updatedAt: null },
      blockedBy: [
        { id: "stable-10", identifier: "ISS-10", state: "Todo" },
        { id: null, identifier: "OTHER-1", state: null },
      ],
    });
    expect(ten).toMatchObject({ id: "stable-10", priority: null, labels: [], createdAt: null });
  });

  it("keep comments, key order, unknown keys, line ends and byte order mark when Maestro edits them", async () => {
    files.write(
      "ISS-1.md",
      "\uFEFF---\r\n# ours\r\nstate: Todo # soon\r\nestimate: {days: 3}\r\nlabels:\r\n  - a # first\r\n  - B\r\ntitle: 'One'\r\n---\r\nText  \r\n\r\n",
    );
    chmodSync(files.path("ISS-1.md"), 0o640);
    const tracker = await files.open();
    await tracker.move("ISS-1", { to: "Done", from: "Todo" }, options);
    await tracker.label("ISS-1", { add: ["c"], remove: ["b"] }, options);
    const at = /\r\nupdated_at: \S+/.exec(files.read("ISS-1.md"))?.[0] ?? "missing";
    expect(files.read("ISS-1.md")).toBe(
      `\uFEFF---\r\n# ours\r\nstate: Done # soon\r\nestimate: {days: 3}\r\nlabels:\r\n  - a # first\r\n  - c\r\ntitle: 'One'${at}\r\n---\r\nText  \r\n\r\n`,
    );
    expect(statSync(files.path("ISS-1.md")).mode & 0o777).toBe(0o640);
  });

  it.each([
    ["no front matter", "Just text.\n", /ISS-1\.md:1:1: .*front matter/],
    ["no title", "---\nid: x\nstate: Todo\n---\n", /ISS-1\.md:2:1: "title"/],
    ["a blank state", '---\ntitle: One\nstate: "  "\n---\n', /ISS-1\.md:3:8: "state"/],
    ["broken YAML", "---\ntitle: One\nstate: [\n---\n", /ISS-1\.md:4:1: /],
    ["a list", "---\n- title\n---\n", /ISS-1\.md:2:1: .*map/],
    ["no end", "---\ntitle: One\n", /ISS-1\.md:1:1: .*never ends/],
  ])("with %s are left out, told once per version, and an error when they are asked for", async (_, text, place) => {
    files.write("ISS-1.md", text);
    files.write("ISS-2.md", issueText("Two"));
    const tracker = await files.open();
    for (let poll = 0; poll < 3; poll += 1) {
      expect(await tracker.issuesByStates(["Todo"], options)).toHaveLength(1);
    }
    expect(files.logged.map(({ fields }) => fields.issue_identifier)).toEqual(["ISS-1"]);
    const id = text.includes("id: x") ? "x" : "ISS-1";
    const failure = { code: "tracker_response", message: expect.stringMatching(place) };
    await expect(tracker.issuesByIds(["ISS-2", id], options)).rejects.toMatchObject(failure);
    await expect(tracker.issueByIdentifier("ISS-1", options)).rejects.toMatchObject(failure);
    await expect(tracker.move(id, { to: "Done", from: null }, options)).rejects.toMatchObject(failure);
    expect(files.read("ISS-1.md")).toBe(text);
    files.write("ISS-1.md", `${text}\nchanged`);
    await tracker.issuesByStates(["Todo"], options);
    expect(files.logged).toHaveLength(2);
    files.write("ISS-1.md", issueText("Mended"));
    expect(await titles()).toEqual(["Mended", "Two"]);
  });

  it("that are links, folders, too large, oddly named or no text are refused without being read", async () => {
    const secret = join(files.context.directory, "secret.md");
    writeFileSync(secret, issueText("Secret"));
    symlinkSync(secret, files.path("ISS-1.md"));
    mkdirSync(files.path("ISS-2.md"));
    files.write("ISS-3.md", issueText("Large", "", "x".repeat(5 * 1024 * 1024)));
    files.write("my issue.md", issueText("Blank in its name"));
    writeFileSync(files.path("ISS-4.md"), Buffer.from([...Buffer.from(issueText("Bytes")), 0xff]));
    files.write("ISS-5.md", issueText("Good"));
    expect(await titles()).toEqual(["Good"]);
    const tracker = await files.open();
    const messages = files.logged.map(({ fields }) => JSON.stringify(fields.error));
    expect(messages).toHaveLength(5);
    expect(messages.join()).toMatch(/symbolic link.*not a plain file.*larger than.*UTF-8.*file name/);
    await expect(tracker.issuesByIds(["ISS-1"], options)).rejects.toMatchObject({ code: "tracker_response" });
    await expect(tracker.move("ISS-1", { to: "Done", from: null }, options)).rejects.toMatchObject({
      code: "tracker_response",
    });
    await expect(tracker.issueByIdentifier("../secret", options)).resolves.toBeUndefined();
  });

  it("that are hidden, no Markdown or a README are none of the tracker's business", async () => {
    for (const name of [".draft.md", "ISS-1.md~", "notes.txt", "README.md"]) files.write(name, "whatever");
    expect(await titles()).toEqual([]);
    expect(files.logged).toEqual([]);
  });

  it("keep their id when they are renamed", async () => {
    const tracker = await files.open();
    const draft = { title: "New", description: null, state: "Todo", labels: [], priority: null, blockedBy: [] };
    const { id } = await tracker.create(draft, options);
    renameSync(files.path("ISS-1.md"), files.path("APP-7.md"));
    const [issue] = await tracker.issuesByIds([id], options);
    expect(issue?.identifier).toBe("APP-7");
    expect(await tracker.move(id, { to: "Done", from: "Todo" }, options)).toBe("moved");
  });

  it("that were copied with their id do not take it from the first one", async () => {
    files.write("ISS-5.md", issueText("Original", "id: stable\n"));
    const tracker = await files.open();
    await tracker.issuesByStates(["Todo"], options);
    files.write("ISS-1.md", issueText("Copy", "id: stable\n"));
    expect((await tracker.issuesByIds(["stable"], options)).map(({ title }) => title)).toEqual(["Original"]);
    expect(await tracker.issuesByStates(["Todo"], options)).toHaveLength(1);
    await expect(tracker.issueByIdentifier("ISS-1", options)).rejects.toThrow(/already belongs to ISS-5/);
  });

  it("are parsed once per version, however many there are", async () => {
    for (let at = 1; at <= 2000; at += 1) files.write(`ISS-${at}.md`, issueText(`Issue ${at}`));
    const tracker = await files.open();
    const first = await tracker.issuesByStates(["Todo"], options);
    expect(first).toHaveLength(2000);
    expect(
      first
        .slice(0, 10)
        .map(({ identifier }) => identifier)
        .at(-1),
    ).toBe("ISS-10");
    const again = await tracker.issuesByStates(["Todo"], options);
    // The same objects: nothing was read again.
    expect(again.every((issue, at) => issue === first[at])).toBe(true);
    files.write("ISS-7.md", issueText("Changed"));
    const changed = await tracker.issuesByStates(["Todo"], options);
    expect(changed.filter(({ title }) => title === "Changed").map(({ identifier }) => identifier)).toEqual(["ISS-7"]);
  });
});

describe("a folder of the local tracker", () => {
  it("that is missing is an error with the way out, until an issue is created", async () => {
    const files = issueFiles();
    rmSync(files.folder, { recursive: true });
    const tracker = await files.open();
    const failure = { code: "tracker_invalid_config", hint: expect.stringContaining("maestro issue new") };
    await expect(tracker.health(options)).rejects.toMatchObject(failure);
    await expect(tracker.issuesByStates(["Todo"], options)).rejects.toMatchObject(failure);
    await expect(tracker.issuesByIds(["ISS-1"], options)).rejects.toMatchObject(failure);
    await expect(tracker.move("ISS-1", { to: "Done", from: null }, options)).rejects.toMatchObject(failure);
    const draft = { title: "New", description: null, state: "Todo", labels: [], priority: null, blockedBy: [] };
    expect((await tracker.create(draft, options)).identifier).toBe("ISS-1");
    await tracker.health(options);
    files.remove();
  });

  it("may be named by the workflow file, with a prefix of its own", async () => {
    const files = issueFiles();
    const tracker = await localTracker.open({ directory: "work/items", prefix: "APP" }, files.context);
    const draft = { title: "New", description: null, state: "Todo", labels: [], priority: null, blockedBy: [] };
    await tracker.create(draft, options);
    expect(readdirSync(join(files.context.directory, "work/items"))).toEqual(["APP-1.md"]);
    files.remove();
  });

  it.each([
    [{ prefix: "../x" }, ["prefix"]],
    [{ prefix: ".x" }, ["prefix"]],
    [{ directory: " " }, ["directory"]],
    [{ directoy: "x" }, ["directoy"]],
    [{ directory: 3 }, ["directory"]],
  ])("is refused in the options %j", (given, path) => {
    expect(() => localTracker.parseOptions(given)).toThrow(
      expect.objectContaining({ code: "tracker_invalid_config", facts: expect.objectContaining({ path }) }),
    );
  });
});

describe("a file that is being saved", () => {
  const clock = new VirtualClock({ drain: () => new Promise((resolve) => setImmediate(resolve)) });
  let files: IssueFiles;
  beforeEach(() => {
    files = issueFiles(clock);
    files.write("ISS-1.md", issueText("One", "id: stable\n"));
  });
  afterEach(() => files.remove());

  const refresh = async () => {
    const tracker = await files.open();
    await tracker.issuesByIds(["stable"], options);
    return tracker;
  };

  it("is not a deleted issue while the editor has moved it away for a moment", async () => {
    const tracker = await refresh();
    renameSync(files.path("ISS-1.md"), files.path("ISS-1.md~"));
    const found = tracker.issuesByIds(["stable"], options);
    while (clock.pendingTimers() === 0) await new Promise((resolve) => setImmediate(resolve));
    files.write("ISS-1.md", issueText("One, saved", "id: stable\n"));
    await clock.advance(150);
    expect((await found).map(({ title }) => title)).toEqual(["One, saved"]);
  });

  it("is gone when it stays away", async () => {
    const tracker = await refresh();
    rmSync(files.path("ISS-1.md"));
    const found = tracker.issuesByIds(["stable"], options);
    while (clock.pendingTimers() === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(150);
    expect(await found).toEqual([]);
    expect(await tracker.issuesByIds(["stable"], options)).toEqual([]);
  });

  it("is an error and no deleted issue while it is empty, also for a process that never saw it whole", async () => {
    files.write("ISS-1.md", "");
    const tracker = await files.open();
    await expect(tracker.issuesByIds(["stable"], options)).rejects.toMatchObject({ code: "tracker_response" });
  });
});
