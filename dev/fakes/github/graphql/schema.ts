import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildASTSchema, extendSchema, type GraphQLSchema, parse } from "graphql";

/** What GitHub has and its packaged schema does not yet; fails to apply once the package brings it. */
const PATCH = `
  type IssueDependenciesSummary { blockedBy: Int! blocking: Int! totalBlockedBy: Int! totalBlocking: Int! }
  type FakeIssueType { name: String! }
  extend type Issue {
    issueType: FakeIssueType
    issueDependenciesSummary: IssueDependenciesSummary!
    blockedBy(first: Int, after: String, last: Int, before: String): IssueConnection!
    blocking(first: Int, after: String, last: Int, before: String): IssueConnection!
  }
  input AddBlockedByInput { issueId: ID! blockingIssueId: ID! clientMutationId: String }
  type AddBlockedByPayload { issue: Issue blockingIssue: Issue clientMutationId: String }
  extend type Mutation { addBlockedBy(input: AddBlockedByInput!): AddBlockedByPayload }
`;

/** The package exports it only as a string of JavaScript, which takes longer to load. */
const PUBLISHED = join(import.meta.dirname, "../../../../node_modules/@octokit/graphql-schema/schema.graphql");

let schema: GraphQLSchema | undefined;

/** GitHub's published schema with the patch; built at the first question, which takes half a second. */
export function githubSchema(): GraphQLSchema {
  if (schema === undefined) {
    const published = buildASTSchema(parse(readFileSync(PUBLISHED, "utf8"), { noLocation: true }), {
      assumeValid: true,
    });
    schema = extendSchema(published, parse(PATCH), { assumeValid: true });
  }
  return schema;
}
