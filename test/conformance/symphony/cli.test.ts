import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newPlace, writeFiles } from "../../e2e/ground.ts";
import { maestro, startMaestro } from "../../e2e/program.ts";
import { SORTED, sortingWorkflow } from "../../e2e/sorting.ts";

/** A file that sorts these issues. */
const sorting = (...issues: string[]): string => sortingWorkflow({ issues, runs: [SORTED], log: "/dev/null" });

test("S-037 a file says everything: alone in a folder it takes an issue to its end", async () => {
  const place = await newPlace();
  const template = join(import.meta.dirname, "../../../templates/memory/no_repo/mock.md");
  await writeFiles(place.cwd, { "WORKFLOW.md": await readFile(template, "utf8") });
  const { code, out } = await maestro(place, "run", "--once");
  expect([code, out]).toEqual([0, expect.stringMatching(/^MEM-1 +closed/m)]);
});

test("S-270, S-030 the workflow file is the argument, by default WORKFLOW.md of the current folder", async () => {
  const place = await newPlace();
  await writeFiles(place.cwd, { "WORKFLOW.md": sorting("HERE-1"), "there/other.md": sorting("AWAY-1") });
  expect((await maestro(place, "--once")).out).toMatch(/^HERE-1 +closed/m);
  const { out } = await maestro(place, "there/other.md", "--once");
  expect(out).toMatch(/^AWAY-1 +closed/m);
  expect(out).not.toMatch(/HERE-1/);
});

test("S-271, S-272 a path that does not exist, or no file in the folder, is an error in words and nothing else", async () => {
  const place = await newPlace();
  for (const words of [["gone/WORKFLOW.md"], []]) {
    const { code, out, err } = await maestro(place, ...words);
    expect([code, out.trim()]).toEqual([3, ""]);
    expect(err).toMatch(/^maestro: .*WORKFLOW\.md/);
    expect(err).not.toMatch(/^ +at /m);
  }
});

test("S-272, S-273 a start that fails says why and ends with something else than 0", async () => {
  const place = await newPlace();
  await writeFiles(place.cwd, { "WORKFLOW.md": sorting("A-1") });
  const first = startMaestro(place, "--port", "0");
  const [, port = ""] = await first.line(/http:\/\/127\.0\.0\.1:(\d+)/);
  const second = await maestro(place, "--once");
  expect([second.code, second.out.trim()]).toEqual([5, ""]);
  expect(second.err).toMatch(/^maestro: .+\nhint: /);
  await writeFiles(place.cwd, { "other/WORKFLOW.md": sorting("A-1") });
  const taken = await maestro(place, "other/WORKFLOW.md", "--port", port);
  expect([taken.code, taken.err]).toEqual([5, expect.stringContaining(port)]);
  expect((await first.end("SIGTERM")).code).toBe(0);
});

test("S-273 a normal start and end is 0, asked for by SIGTERM or by SIGINT", async () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const place = await newPlace();
    await writeFiles(place.cwd, { "WORKFLOW.md": sorting("A-1") });
    const program = startMaestro(place);
    await program.line(/A-1 {2}finished/);
    expect(await program.end(signal)).toMatchObject({ code: 0, err: "" });
  }
});

test("S-245 --port outweighs server.port, 0 is any free one, and only this machine is served", async () => {
  const place = await newPlace();
  const text = sorting("A-1").replace('{"workflow"', '{"server":{"port":1},"workflow"');
  await writeFiles(place.cwd, { "WORKFLOW.md": text });
  const program = startMaestro(place, "--port", "0");
  const [url = ""] = await program.line(/http:\/\/127\.0\.0\.1:\d+/);
  expect(new URL(url).port).not.toBe("1");
  expect((await fetch(`${url}/api/v1/state`)).status).toBe(200);
  expect((await program.end("SIGTERM")).code).toBe(0);
});

test("S-230, S-231, S-265 lines about an issue name it, those about a session name the session; none holds a secret or a raw message", async () => {
  const place = await newPlace();
  const steps = [{ do: "say", text: "PRIVATE-WORDS" }, { do: "print", to: "stdout", text: "RAW-OUTPUT\n" }, ...SORTED];
  const text = sortingWorkflow({ issues: ["A-1"], runs: [steps], log: "/dev/null" });
  await writeFiles(place.cwd, { "WORKFLOW.md": text });
  const { code } = await maestro(place, "--once", "--logs-root", join(place.root, "logs"));
  expect(code).toBe(0);
  const written = await readFile(join(place.root, "logs/logs/maestro.log"), "utf8");
  const lines: Record<string, unknown>[] = written
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const about = lines.filter((line) => "lane_id" in line);
  expect(about.length).toBeGreaterThan(2);
  for (const line of about) expect(line).toMatchObject({ issue_id: "A-1", issue_identifier: "A-1" });
  const sessions = lines.filter(({ message }) => /session|turn/i.test(String(message)));
  expect(sessions.length).toBeGreaterThan(0);
  for (const line of sessions) expect(line.session_id).toEqual(expect.stringMatching(/\S/));
  // Fixed sentences; what varies are fields, with the outcome and its reason among them.
  expect(new Set(lines.map(({ message }) => message)).size).toBeGreaterThan(2);
  expect(lines.every(({ message }) => !String(message).includes("A-1"))).toBe(true);
  expect(lines).toContainEqual(expect.objectContaining({ outcome: "succeeded", reason: expect.any(String) }));
  expect(written).not.toMatch(/PRIVATE-WORDS|RAW-OUTPUT/);
});

test("S-233, S-260, S-261 a log that cannot be written stops nothing, and is told where it still can be", async () => {
  const place = await newPlace();
  // A file where the log's folder would be.
  await writeFiles(place.cwd, { "WORKFLOW.md": sorting("A-1"), "logs/logs": "" });
  const { code, out, err } = await maestro(place, "--once", "--logs-root", join(place.cwd, "logs"));
  expect([code, out]).toEqual([0, expect.stringMatching(/^A-1 +closed/m)]);
  expect(err).toMatch(/log cannot be written/);
});
