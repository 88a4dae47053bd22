import { join } from "node:path";
import { expect, test } from "vitest";
import { exported, type Status } from "./documents.ts";
import { filesIn, newPlace, writeFiles } from "./ground.ts";
import { document, maestro } from "./program.ts";
import { SORTED, sortingWorkflow } from "./sorting.ts";

const TEMPLATE = ["--template", "memory/no_repo/mock"];

test("--once sees the quick start through: local-memory-1 is routed", async () => {
  const place = await newPlace();
  const { code, out, err } = await maestro(place, ...TEMPLATE, "--once");
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(/^\d\d:\d\d:\d\d {2}MEM-1 {2}started: /m);
  expect(out).toMatch(/^MEM-1 +closed/m);
  const issue = await document(place, "issue", "show", "local-memory-1", "--json", ...TEMPLATE);
  expect(issue).toMatchObject({ issue: { id: "local-memory-1", state: "routed" } });
  const again = await document(place, ...TEMPLATE, "--once", "--json");
  expect(again).toMatchObject({ interrupted: false, lanes: [] });
  expect(await document<Status>(place, "status", "--json", ...TEMPLATE)).toMatchObject({ counts: { closed: 1 } });
  expect(filesIn(place.cwd)).toEqual({});
});

test("--dry-run says what would be started and writes nothing, before and after a run", async () => {
  const place = await newPlace();
  const dry = () => document(place, "run", ...TEMPLATE, "--dry-run", "--json");
  expect(await dry()).toMatchObject({ issues: [{ issue_identifier: "MEM-1", starts: true }] });
  expect(filesIn(place.root)).toEqual({ folder: "folder", home: "folder" });
  expect((await maestro(place, "run", ...TEMPLATE, "--once")).code).toBe(0);
  const before = filesIn(place.root);
  expect(await dry()).toMatchObject({ issues: [] });
  expect((await maestro(place, ...TEMPLATE, "--dry-run")).out).toMatch(/nothing would be started/);
  expect(filesIn(place.root)).toEqual(before);
});

test("--issue starts that one issue and leaves the others for later", async () => {
  const place = await newPlace();
  const text = sortingWorkflow({ issues: ["A-1", "A-2"], runs: [SORTED], log: join(place.root, "agents.jsonl") });
  await writeFiles(place.cwd, { "WORKFLOW.md": text });
  const wanted = await document(place, "--dry-run", "--issue", "A-2", "--json");
  expect(wanted).toMatchObject({ issues: [{ issue_identifier: "A-2", starts: true }] });
  const once = await document(place, "--once", "--issue", "A-2", "--json");
  expect(once).toMatchObject({ lanes: [{ issue_identifier: "A-2", stage: "closed", failed: false }] });
  const opened = (await exported(place)).filter(({ type }) => type === "lane_opened");
  expect(opened.map(({ data }) => data.issue)).toMatchObject([{ identifier: "A-2" }]);
  expect((await maestro(place, "--once")).out).toMatch(/^A-1 +closed/m);
});
