import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { KEPT, protocolOf } from "../../../dev/agents/codex-protocol.ts";
import { CODEX } from "./rig.ts";

const kept = JSON.parse(readFileSync(KEPT, "utf8"));

it.skipIf(CODEX === null)("the pinned Codex has every part of its protocol that is used as it was", () => {
  // Look at what changed, mend src/agents/codex where it has to be, then: npx tsx dev/agents/codex-protocol.ts --write
  expect(protocolOf(CODEX ?? "")).toEqual(kept);
});

it("lacks nothing that is used", () => {
  const missing = Object.entries<Record<string, string | null>>(kept.types).flatMap(([type, fields]) =>
    Object.keys(fields).flatMap((field) => (fields[field] === null ? [`${type} ${field}`] : [])),
  );
  expect(missing).toEqual([]);
  expect(kept.weAsk).toHaveLength(10);
  expect(kept.weHear).toHaveLength(9);
});
