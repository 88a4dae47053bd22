import { readFileSync } from "node:fs";
import { afterEach, vi } from "vitest";
import { type FakeLinear, type FakeLinearOptions, startFakeLinear } from "../../dev/fakes/linear/index.ts";

// Real processes and schemas on a busy machine: slow is no failure here.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

export const KEY = "lin_api_maestro";
const SEED: NonNullable<FakeLinearOptions["seed"]> = {
  users: [
    { name: "maestro", key: KEY },
    { name: "ann", key: "lin_api_ann" },
  ],
  teams: [{ key: "ENG", labels: ["bug", "agent"], projects: [{ name: "Core", slugId: "core-1" }] }, { key: "OPS" }],
  issues: [
    { team: "ENG", title: "First", labels: ["agent"], project: "Core", priority: 1 },
    { team: "ENG", title: "Second", labels: ["agent", "bug"], assignee: "maestro", blockedBy: ["ENG-1"] },
    { team: "ENG", title: "Third", state: "Done" },
  ],
};
const running: FakeLinear[] = [];

/** A fake that ends with its test. */
export async function start(options: FakeLinearOptions = {}): Promise<FakeLinear> {
  const fake = await startFakeLinear({ seed: SEED, ...options });
  running.push(fake);
  return fake;
}

afterEach(async () => {
  for (const fake of running.splice(0)) await fake.close();
});

/** Asks as a caller would; the body is untyped on purpose. */
export async function ask(fake: FakeLinear, query: string, variables: object = {}, key = KEY) {
  const response = await fetch(`${fake.url}/graphql`, {
    method: "POST",
    headers: { authorization: key, "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text) };
}

/** The documents of the reference, appendix A, as far as the fake serves them. */
const DOCUMENTS = readFileSync(new URL("linear-documents.graphql", import.meta.url), "utf8").split("# ---\n");
export const documentOf = (name: string) => DOCUMENTS.find((text) => text.includes(` ${name}`)) ?? "";
