import {
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLFormattedError,
  type OperationDefinitionNode,
  Kind,
  parse,
  validate,
} from "graphql";
import type { Reply } from "../../shared/http.ts";
import { isJson, type Json } from "../../shared/json.ts";
import type { RateLimit } from "../rate-limit.ts";
import { Refusal } from "../refusal.ts";
import type { Ask } from "../rest/ask.ts";
import { Failure } from "./failure.ts";
import { mutations } from "./mutations.ts";
import { queries } from "./queries.ts";
import { githubSchema } from "./schema.ts";

/** Who asks, and what they see. */
export type Asking = Pick<Ask, "world" | "call" | "data" | "actor" | "who">;

/** Answers `POST /graphql`: 200 also for errors, except for who is nobody and what is no document. */
export async function answerGraphql(
  asking: Asking,
  limit: RateLimit,
  caller: string | null,
  body: unknown,
): Promise<Reply> {
  if (asking.who.kind !== "token") throw new Refusal(401, "This endpoint requires you to be authenticated.");
  if (!isJson(body)) throw new Refusal(400, "Problems parsing JSON");
  if (typeof body.query !== "string")
    return failed([{ message: "A query attribute must be specified and must be a string." }]);
  const schema = githubSchema();
  const variables = isJson(body.variables) ? body.variables : {};
  let document: ReturnType<typeof parse>;
  try {
    document = parse(body.query);
  } catch (error) {
    return failed([{ message: `Parse error on ${error instanceof Error ? error.message : String(error)}` }]);
  }
  const mistakes = validate(schema, document);
  if (mistakes.length > 0) return failed(mistakes.map(asGithub));
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  );
  const isQuery = operation?.operation === "query";
  const root = isQuery ? queries(asking, limit, caller) : mutations(asking);
  const result = await execute({
    schema,
    document,
    variableValues: variables,
    rootValue: root,
    fieldResolver: resolveServed,
  });
  const errors = result.errors?.map((error) => describe(error));
  return { status: 200, body: { data: result.data ?? null, ...(errors && { errors }) } };
}

function failed(errors: readonly Json[]): Reply {
  return { status: 200, body: { errors } };
}

/** A field that is not there is worded as GitHub words it; other mistakes as the validator does. */
function asGithub(error: GraphQLError): Json {
  const [, fieldName, typeName] = /^Cannot query field "(\w+)" on type "(\w+)"/.exec(error.message) ?? [];
  const { locations } = error.toJSON();
  if (fieldName === undefined) return { message: error.message, locations };
  const extensions = { code: "undefinedField", typeName, fieldName };
  return {
    path: ["query", fieldName],
    extensions,
    locations,
    message: `Field '${fieldName}' doesn't exist on type '${typeName}'`,
  };
}

/** REST's refusals have their counterparts here, with a `type` and no status. */
function describe(error: GraphQLError): Json {
  const { message, path, locations }: GraphQLFormattedError = error.toJSON();
  const cause = error.originalError;
  if (cause instanceof Failure) return { type: cause.type, path, locations, message };
  if (cause instanceof Refusal) return { type: typeOf(cause), path, locations, message: wordsOf(cause) };
  if (error.extensions.code === "NOT_SERVED") return { type: "NOT_SERVED", path, locations, message };
  if (cause !== undefined) throw cause;
  return { path, locations, message };
}

function typeOf({ reply }: Refusal): string {
  if (reply.status === 403) return "FORBIDDEN";
  return reply.status === 404 ? "NOT_FOUND" : "UNPROCESSABLE";
}

function wordsOf({ message, reply }: Refusal): string {
  const list = isJson(reply.body) && Array.isArray(reply.body.errors) ? reply.body.errors : [];
  const [first] = list as unknown[];
  if (typeof first === "string") return first;
  return isJson(first) && typeof first.message === "string" ? first.message : message;
}

/** Nothing is made up: a field of the schema that no node has is an error, not a `null`. */
const resolveServed: GraphQLFieldResolver<unknown, unknown> = (source, given, _context, info) => {
  const known = isJson(source) ? source[info.fieldName] : undefined;
  if (known === undefined) {
    if (info.fieldName === "clientMutationId") return null;
    const message = `This fake does not serve ${info.parentType.name}.${info.fieldName}`;
    throw new GraphQLError(message, { extensions: { code: "NOT_SERVED" } });
  }
  return typeof known === "function" ? (known as (given: Json) => unknown)(given) : known;
};
