import { expect, it } from "vitest";
import { parseMarkers, parseRows } from "../../../src/runtimes/local/ps-table.ts";

it("reads the rows of ps, without zombies", () => {
  const stdout = "    1     0     1 Ss\n  412     1   412 S+\n  413   412   412 Z\n\n";
  expect(parseRows(stdout)).toEqual([
    { pid: 1, parent: 0, group: 1, session: null },
    { pid: 412, parent: 1, group: 412, session: null },
  ]);
});

it("reads the marker behind the command, and only as a variable of its own", () => {
  const stdout = [
    "  412 sh -c agent PATH=/bin MAESTRO_PROCESS_MARKER=maestro-x-1 HOME=/root",
    "  413 sh -c agent OTHER_MAESTRO_PROCESS_MARKER=no",
    "  414 sleep 5",
  ].join("\n");
  expect([...parseMarkers(stdout)]).toEqual([[412, "maestro-x-1"]]);
});
