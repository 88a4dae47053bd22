import { describe, expect, it } from "vitest";
import { operationsOf } from "../../src/tools/outside/graphql-document.ts";
import { KEY } from "../trackers/linear/harness.ts";
import { calmly, operations, stage } from "../trackers/linear/stage.ts";
import { openDesk } from "./desk.ts";

const ENABLED = { tools: { enable: ["linear_graphql"] } };

async function ground(workflow = {}) {
  const linear = await stage();
  const tracker = linear.open();
  const [issue] = await tracker.issuesByStates(["Todo"], calmly);
  if (issue === undefined) throw new Error("there is no issue");
  linear.place.context.secrets.register("tracker linear api_key", KEY);
  const { secrets } = linear.place.context;
  const desk = await openDesk({ tracker, issue, tools: ["run_handoff"], workflow, secrets });
  const asked = () => operations(linear);
  return { linear, issue, ...desk, asked };
}

describe("linear_graphql", () => {
  it("is there only where the workflow names it", async () => {
    expect((await ground()).names).toEqual(["run_handoff"]);
    expect((await ground(ENABLED)).names).toEqual(["run_handoff", "linear_graphql"]);
  });

  it("sends one operation with the host's key and gives the answer whole, without the key", async () => {
    const { call, issue, events } = await ground(ENABLED);
    const query = "query Mine($id: String!) { issue(id: $id) { identifier title } }";
    const answer = await call("linear_graphql", { query, variables: { id: issue.id } });
    expect(answer.ok).toBe(true);
    expect(JSON.parse(answer.text)).toEqual({ data: { issue: { identifier: "ISS-1", title: "One" } } });
    const told = JSON.stringify([answer, await events("tool_called", "evidence_recorded")]);
    expect(told).not.toContain(KEY);
    expect(await events("evidence_recorded")).toMatchObject([
      { data: { kind: "raw_request", witness: "agent", facts: { kind: "query", name: "Mine" } } },
    ]);
  });

  it("keeps the body of an answer with errors, and is no success then", async () => {
    const { call } = await ground(ENABLED);
    const answer = await call("linear_graphql", { query: '{ issue(id: "nobody") { title } }' });
    expect(answer).toMatchObject({ ok: false, code: "failed" });
    expect(JSON.parse(answer.text)).toMatchObject({ errors: [{ message: expect.any(String) }] });
  });

  it.each([
    ["two operations", "query A { viewer { id } } query B { viewer { id } }", "exactly one operation"],
    ["none", "fragment F on Issue { id }", "exactly one operation"],
    ["a subscription", "subscription { issueUpdated { id } }", "no answer to wait for"],
  ])("refuses a document with %s before anything is sent", async (_, query, why) => {
    const { call, asked } = await ground(ENABLED);
    const before = asked().length;
    expect(await call("linear_graphql", { query })).toMatchObject({
      ok: false,
      code: "refused",
      text: expect.stringContaining(why),
    });
    expect(asked()).toHaveLength(before);
  });

  it("sends nothing for a run that is over", async () => {
    const { call, asked, lose } = await ground(ENABLED);
    await lose();
    const before = asked().length;
    const query = 'mutation { issueCreate(input: { teamId: "t", title: "x" }) { success } }';
    expect(await call("linear_graphql", { query })).toMatchObject({ ok: false, code: "refused" });
    expect(asked()).toHaveLength(before);
  });

  it("says what is missing when Linear does not answer or does not let in", async () => {
    const { call, linear } = await ground(ENABLED);
    linear.fake.server.faults.add({ kind: "drop_before", operation: "*" });
    expect(await call("linear_graphql", { query: "{ viewer { id } }" })).toMatchObject({ code: "tracker_request" });
    linear.fake.server.faults.add({ kind: "status", status: 401, operation: "*" });
    expect(await call("linear_graphql", { query: "{ viewer { id } }" })).toMatchObject({ code: "tracker_auth" });
  });
});

describe("the operations of a document", () => {
  it.each([
    ["{ a }", ["query"]],
    ["query Q($x: I = {a: 1}) @d { a(x: $x) { b } }", ["query Q"]],
    ["mutation { a }\nfragment F on T { b }", ["mutation"]],
    ["# query A { a }\nquery B { a }", ["query B"]],
    ['query A { a(b: "} query C { x") } mutation B { a(c: """ } { query """) }', ["query A", "mutation B"]],
    ["fragment query on T { mutation } query A { query mutation }", ["query A"]],
    ["{ a } { b }", ["query", "query"]],
  ])("%s", (document, wanted) => {
    expect(operationsOf(document).map(({ kind, name }) => [kind, ...(name === null ? [] : [name])].join(" "))).toEqual(
      wanted,
    );
  });
});
