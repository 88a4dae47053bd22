import { join } from "node:path";
import { expect, test } from "vitest";
import { type Exported, exported, issuesOfLanes, type Status, stateAt } from "./documents.ts";
import { filesIn, git, newPlace, processesOf, writeFiles } from "./ground.ts";
import { document, maestro, startMaestro } from "./program.ts";

const TEMPLATE = ["--template", "local/local/mock"];

interface Changes {
  readonly changes: readonly {
    readonly id: string;
    readonly title: string;
    readonly state: string;
    readonly head_sha: string;
    readonly review: string;
    readonly checks: readonly { readonly name: string; readonly head_sha: string; readonly status: string }[];
  }[];
}
interface Issues {
  readonly issues: readonly { readonly identifier: string; readonly state: string }[];
}

test("the demo: three issues become merged changes, one of them after a review, and everything stays on record", async () => {
  const place = await newPlace();
  await writeFiles(place.cwd, { "notes.txt": "mine", "src/own.js": "export {};\n" });
  const before = filesIn(place.cwd);
  const ask = <T>(...words: readonly string[]) => document<T>(place, ...words, ...TEMPLATE);
  const daemon = startMaestro(place, ...TEMPLATE, "--port", "0");
  const demo = (await daemon.line(/its three issues are in (.+);$/))[1] ?? "";
  const state = (await daemon.line(/^ +state +(.+)$/))[1] ?? "";
  const page = (await daemon.line(/^ +page +(http:.+)$/))[1] ?? "";
  expect(demo.startsWith(place.home)).toBe(true);
  expect(state.startsWith(place.home)).toBe(true);

  await Promise.all([
    daemon.line(/SHOP-1 {2}merged: /),
    daemon.line(/SHOP-2 {2}merged: /),
    daemon.line(/SHOP-3 {2}waits for your review: /),
    daemon.line(/SHOP-1 {2}finished: /),
    daemon.line(/SHOP-2 {2}finished: /),
  ]);
  const all = (await ask<Changes>("change", "list", "--all", "--json")).changes;
  expect(all.map(({ title, state }) => `${title.slice(0, 6)} ${state}`).sort()).toEqual([
    "SHOP-1 merged",
    "SHOP-2 merged",
    "SHOP-3 open",
  ]);
  const [open] = (await ask<Changes>("change", "list", "--json")).changes;
  const { id = "", head_sha: firstHead = "" } = open ?? {};
  expect(open).toMatchObject({
    title: "SHOP-3: Free shipping for large baskets",
    review: "none",
    checks: [{ name: "maestro/validation", head_sha: firstHead, status: "passed" }],
  });
  const diff = (await maestro(place, "change", "diff", id, ...TEMPLATE)).out;
  expect(diff).toContain("+export function shipping(subtotal) {");

  const bare = join(state, "forge", "repository.git");
  expect(git(bare, "rev-parse", "maestro/shop-3")).toBe(firstHead);
  expect(await stateAt(page)).toMatchObject({ counts: { review: 1, closed: 2 }, service: { running: true } });
  expect(await (await fetch(new URL("/plain", page))).text()).toContain("SHOP-3");

  // A reviewer asks for changes: the same lane repairs its change.
  const wish = ["change", "review", id, "--request-changes", "--body", "Please name the limit.", "--author", "ann"];
  expect(await maestro(place, ...wish, ...TEMPLATE)).toMatchObject({ code: 0, err: "" });
  await daemon.line(/SHOP-3 {2}repairs its change/);
  await daemon.line(/SHOP-3 {2}waits for your review: /, 2);
  const [repaired] = (await ask<Changes>("change", "list", "--json")).changes;
  expect(repaired).toMatchObject({ id, state: "open", review: "none" });
  const secondHead = repaired?.head_sha ?? "";
  expect(secondHead).not.toBe(firstHead);
  expect(git(bare, "merge-base", "--is-ancestor", firstHead, secondHead)).toBe("");
  expect(git(bare, "show", `${secondHead}:src/shipping.js`)).toContain("FREE_FROM");

  expect(await maestro(place, "change", "review", id, "--approve", ...TEMPLATE)).toMatchObject({ code: 0, err: "" });
  await daemon.line(/SHOP-3 {2}merged: /);
  await daemon.line(/SHOP-3 {2}finished: /);
  expect((await ask<Issues>("issue", "list", "--all", "--json")).issues.map((issue) => issue.state)).toEqual([
    "Done",
    "Done",
    "Done",
  ]);

  // What Git says about it, without Maestro.
  expect(git(bare, "log", "--first-parent", "--merges", "--format=%s", "main").split("\n")).toHaveLength(3);
  expect(git(bare, "ls-tree", "-r", "--name-only", "main").split("\n")).toEqual(
    expect.arrayContaining(["src/format.js", "src/shipping.js", "test/discount.test.js"]),
  );
  expect(git(bare, "show", "main:src/shipping.js")).toContain("FREE_FROM");
  expect(git(bare, "for-each-ref", "--format=%(refname)", "refs/heads")).toBe("refs/heads/main");
  expect(git(demo, "status", "--porcelain", "src", "test")).toBe("");
  expect(filesIn(place.cwd)).toEqual(before);

  expect(await daemon.end("SIGTERM")).toMatchObject({ code: 0, err: "" });
  const events = await exported(place, ...TEMPLATE);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(laneStories(events)).toEqual([
    ["SHOP-1", ["first"]],
    ["SHOP-2", ["first"]],
    ["SHOP-3", ["first", "repair"]],
  ]);
  expect(events.filter(({ type }) => type === "lane_parked" || type === "retry_scheduled")).toEqual([]);

  // Everything is still there for whoever comes later, with and without a service; nothing is started again.
  const again = startMaestro(place, ...TEMPLATE, "--port", "0");
  const secondPage = (await again.line(/^ +page +(http:.+)$/))[1] ?? "";
  await fetch(new URL("/api/v1/refresh", secondPage), { method: "POST" });
  expect(await stateAt(secondPage)).toMatchObject({
    counts: { running: 0, review: 0, parked: 0, closed: 3 },
    waiting: [],
  });
  expect(await maestro(place, "stop", ...TEMPLATE)).toMatchObject({ code: 0, err: "" });
  expect(await again.ended).toMatchObject({ code: 0, err: "" });
  expect((await exported(place, ...TEMPLATE)).slice(0, events.length)).toEqual(events);
  expect(await ask<Status>("status", "--json")).toMatchObject({ counts: { closed: 3 }, service: { running: false } });
  expect(await maestro(place, "record", "verify", ...TEMPLATE)).toMatchObject({ code: 0, err: "" });
  expect(filesIn(place.cwd)).toEqual(before);
  expect(processesOf(place.root)).toEqual([]);
});

/** The runs of each issue's lane, by what they were for. */
function laneStories(events: readonly Exported[]): unknown[][] {
  const isRun = ({ type, data }: Exported): boolean => type === "work_enqueued" && data.kind === "run";
  const stories = [...issuesOfLanes(events)].map(([lane, issue]) => {
    const runs = events.filter((event) => event.lane_id === lane && isRun(event));
    return [issue, runs.map(({ data }) => data.purpose)];
  });
  return stories.sort(([left], [right]) => String(left).localeCompare(String(right)));
}
