import { expect, test } from "vitest";
import { builtInKinds } from "../../src/app-kinds.ts";

test("every kind that comes with Maestro says what it can do, so that what a profile needs is checked when a file is loaded", async () => {
  const { trackers, forges, agents } = builtInKinds();
  const silent: string[] = [];
  for (const registry of [trackers, forges, agents]) {
    for (const kind of registry.kinds()) {
      const { can = [] }: { readonly can?: readonly string[] } = await registry.load(kind);
      if (can.length === 0) silent.push(`${registry.axis} ${kind}`);
    }
  }
  expect(silent).toEqual([]);
});

test("an agent has what its kind says", async () => {
  const { agents } = builtInKinds();
  for (const kind of agents.kinds()) {
    const { can = [], open, parseOptions } = await agents.load(kind);
    const options = kind === "acp" ? { command: "an-agent" } : {};
    const { capabilities } = await open(parseOptions(options));
    const has = Object.entries(capabilities).flatMap(([name, value]) => (value === false ? [] : [name]));
    expect([kind, can.filter((name) => !has.includes(name))]).toEqual([kind, []]);
  }
});
