import { afterEach, expect, it } from "vitest";
import { createMemoryForge } from "../../src/forges/memory/index.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Forge } from "../../src/contracts/forge.ts";
import type { Change } from "../../src/model/change.ts";
import { changeOf, checkOf } from "../policy/facts.ts";
import { Workshop } from "./workshop.ts";

let shop: Workshop;
afterEach(() => shop.close());

/** The prompt of a repair, when the forge shows this change and keeps these logs. */
async function promptOf(change: Change, checkLog: Forge["checkLog"], purpose: "repair" | "first" = "repair") {
  shop = new Workshop({
    replace: () => ({ forge: () => forgeWith(change, checkLog) }),
    workflow: { prompt: "Go on. {{ feedback }}" },
  });
  await shop.start("maestro/demo-1");
  await shop.enqueue("run", { branch: "maestro/demo-1", changeId: "7", purpose, feedback: "CI is red." });
  await shop.outcome();
  const lines: unknown[] = [];
  for await (const line of shop.transcripts.read("lane-1", 1)) lines.push(line);
  return lines;
}

function forgeWith(change: Change, checkLog: Forge["checkLog"]): Forge {
  const { clock, log, secrets } = shop;
  const context = {
    clock,
    log,
    secrets,
    random: seededRandom(2),
    directory: "/",
    stateDirectory: "/s",
    environment: {},
  };
  const forge: Forge = createMemoryForge({}, context);
  return Object.assign(Object.create(forge), { changesByIds: async () => [change], checkLog });
}

const RED = changeOf({
  checks: [
    checkOf({ name: "unit", status: "failed" }),
    checkOf({ name: "style", status: "failed", required: false }),
    checkOf({ name: "build" }),
  ],
});

it("a repair is told the end of the logs of the required checks that failed, and no others", async () => {
  const asked: string[] = [];
  const text = await promptOf(RED, async (_, name, { maxBytes }) => {
    asked.push(`${name} ${maxBytes}`);
    return `${"x".repeat(20_000)}\nexpected 2, got 3`;
  });
  expect(asked).toEqual(["unit 6000"]);
  const told = JSON.stringify(text);
  expect(told).toContain("End of the log of check unit:");
  expect(told).toContain("expected 2, got 3");
  expect(told.length).toBeLessThan(16_000);
});

it("a forge that does not answer takes nothing from the run", async () => {
  const text = await promptOf(RED, async () => {
    throw new Error("It is down.");
  });
  expect(JSON.stringify(text)).toContain("CI is red.");
  expect(JSON.stringify(text)).not.toContain("End of the log");
});

it("no other run asks for logs", async () => {
  const asked: string[] = [];
  await promptOf(
    RED,
    async (_, name) => {
      asked.push(name);
      return "x";
    },
    "first",
  );
  expect(asked).toEqual([]);
});
