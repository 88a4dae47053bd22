import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CATALOGUE } from "../../../src/tools/catalogue.ts";
import { openDesk } from "../../tools/desk.ts";
import { KEY } from "../../trackers/linear/harness.ts";
import { calmly, operations, stage } from "../../trackers/linear/stage.ts";

const TOOLS = ["issue_snapshot", "issue_comment", "issue_attach", "repo_commit"];
const RAW = { tools: { enable: ["linear_graphql"] } };

async function session(workflow: object = RAW) {
  const linear = await stage();
  const tracker = linear.open();
  const [issue] = await tracker.issuesByStates(["Todo"], calmly);
  if (issue === undefined) throw new Error("there is no issue");
  return { linear, issue, ...(await openDesk({ tracker, issue, tools: TOOLS, workflow })) };
}

test("S-186 a session is offered what its tracker can do, and keeps its workflow and adapter while it lasts", async () => {
  const workflow = { tools: { enable: ["linear_graphql"] } };
  const one = await session(workflow);
  expect(one.names).toEqual(["issue_snapshot", "issue_comment", "issue_attach", "linear_graphql"]);
  workflow.tools.enable = [];
  expect((await one.call("linear_graphql", { query: "{ viewer { id } }" })).ok).toBe(true);
  expect((await session(workflow)).names).not.toContain("linear_graphql");
});

test("S-188 a tool knows the issue of its run, and shows no credential", async () => {
  const { call, issue, linear, desk } = await session();
  const shown = await call("issue_snapshot");
  expect(JSON.parse(shown.text)).toMatchObject({ issue: { identifier: issue.identifier, title: issue.title } });
  const raw = await call("linear_graphql", { query: "{ viewer { id name } }" });
  expect(raw.ok).toBe(true);
  expect(operations(linear).length).toBeGreaterThan(0);
  expect(JSON.stringify([shown, raw, desk.descriptors])).not.toContain(KEY);
});

test("S-190, S-276 every tool says its arguments, effect and need, and a failure is told from a success", async () => {
  const page = readFileSync("docs/reference/tools.md", "utf8");
  for (const { name, inputSchema } of CATALOGUE) {
    const section = page.split(`\n## ${name}\n`)[1]?.split("\n## ")[0] ?? "";
    expect([name, section]).toEqual([name, expect.stringMatching(/Side effect: `(read|write|destructive)`\. Needs: /)]);
    for (const argument of Object.keys(inputSchema.properties ?? {})) expect(section).toContain(`\`${argument}\``);
  }
  for (const topic of ["**Scope.**", "**Limits.**", "is one write", "`invalid_arguments`"])
    expect(page).toContain(topic);
  const { call } = await session();
  const failures = [
    await call("linear_graphql", { query: '{ issue(id: "nobody") { title } }' }),
    await call("linear_graphql", { query: "query A { a } query B { b }" }),
    await call("linear_graphql", {}),
    await call("jira_rest", {}),
  ];
  expect(failures.map(({ ok, code }) => [ok, code])).toEqual([
    ...[
      [false, "failed"],
      [false, "refused"],
      [false, "invalid_arguments"],
      [false, "unknown_tool"],
    ],
  ]);
  expect(JSON.parse(failures[0]?.text ?? "")).toMatchObject({ errors: [{}] });
});
