import { isJsonObject, type JsonObject } from "../../base/json.ts";
import { operationsOf } from "./graphql-document.ts";
import { outsideTool, refused } from "./outside-tool.ts";
import { schemaOfGraphqlArguments, validateGraphqlArguments } from "./schema.gen.ts";

/**
 * One raw operation with the tracker's key, for workflows that name it. Not bound to the issue: whatever the key reaches, it reaches.
 * A write is on record before it is sent, and is not looked up when its answer is lost.
 */
export const linearGraphql = outsideTool({
  name: "linear_graphql",
  description:
    "Send one GraphQL operation to Linear with the host's credential, and get its answer as JSON. Prefer the other tools: they are bound to " +
    "this run's issue and are never carried out twice.",
  effect: "destructive",
  capability: "issue.linear_graphql",
  schema: schemaOfGraphqlArguments,
  validate: validateGraphqlArguments,
  answer: async ({ query, variables }, outside, { signal, observe }) => {
    const operations = operationsOf(query);
    const [operation] = operations;
    if (operation === undefined || operations.length > 1) {
      return refused(`The document has to hold exactly one operation; this one holds ${operations.length}.`);
    }
    if (operation.kind === "subscription") return refused("A subscription has no answer to wait for.");
    const facts = { kind: operation.kind, name: operation.name };
    const sentence = `The agent sends a raw ${operation.kind} to Linear: ${operation.name ?? "without a name"}.`;
    await observe({
      type: "evidence_recorded",
      data: { kind: "raw_request", witness: "agent", ok: true, sentence, headSha: null, facts },
    });
    const { ok, body } = await outside.issue.linearGraphql(query, objectOf(variables), { signal });
    return { ok, code: ok ? "ok" : "failed", text: JSON.stringify(body, null, 1) };
  },
});

function objectOf(variables: unknown): JsonObject {
  return isJsonObject(variables) ? variables : {};
}
