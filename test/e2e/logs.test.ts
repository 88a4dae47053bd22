import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/base/json.ts";
import { newPlace, writeFiles } from "./ground.ts";
import { document, maestro, type Place } from "./program.ts";
import { SORTED, sortingWorkflow } from "./sorting.ts";

async function place(): Promise<Place & { readonly root: string }> {
  const self = await newPlace();
  const text = sortingWorkflow({ issues: ["A-1", "A-2"], runs: [SORTED], log: join(self.root, "agents.jsonl") });
  await writeFiles(self.cwd, { "WORKFLOW.md": text });
  return self;
}

function linesOf(text: string): JsonObject[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

async function expectSorted(self: Place): Promise<void> {
  const { issues } = await document<{ issues: { state: string }[] }>(self, "issue", "list", "--all", "--json");
  expect(issues.map(({ state }) => state)).toEqual(["routed", "routed"]);
}

describe("the log of a service", () => {
  it("S-230 tells of each issue and each session by their ids, in a file and with --verbose on stderr", async () => {
    const self = await place();
    const logs = join(self.root, "logs");
    const { code, err } = await maestro(self, "--once", "--verbose", "--logs-root", logs);
    expect(code).toBe(0);
    const text = readFileSync(join(logs, "logs", "maestro.log"), "utf8");
    expect(err).toBe(text);
    const lines = linesOf(text);
    for (const id of ["A-1", "A-2"]) {
      const ofIssue = lines.filter((line) => line.issue_identifier === id);
      const said = ofIssue.map(({ message }) => message);
      for (const message of ["issue taken up", "work begins", "session started", "turn ended", "session ended"]) {
        expect(said).toContain(message);
      }
      expect(ofIssue.every((line) => line.issue_id === id)).toBe(true);
      const sessions = ofIssue.filter(({ message }) => /^(session|turn) /.test(String(message)));
      expect(sessions.map((line) => typeof line.session_id)).toEqual(["string", "string", "string"]);
      expect(new Set(sessions.map((line) => line.session_id)).size).toBe(1);
    }
  });

  it("S-233 that can be written nowhere is told of, and stops no work", async () => {
    const self = await place();
    const logs = join(self.root, "logs");
    mkdirSync(logs);
    writeFileSync(join(logs, "logs"), "in the way");
    const told = await maestro(self, "--once", "--issue", "A-1", "--logs-root", logs);
    expect([told.code, told.err]).toEqual([
      0,
      expect.stringMatching(/^maestro: The log cannot be written to .*maestro\.log: [^\n]*\n$/),
    ]);
    const noise = process.platform === "linux" ? "2>/dev/full" : "2>&-";
    const deaf = { ...self, wrapper: ["bash", "-c", `exec "$0" "$@" ${noise}`] };
    expect((await maestro(deaf, "--once", "--verbose", "--logs-root", logs)).code).toBe(0);
    await expectSorted(self);
  });
});
