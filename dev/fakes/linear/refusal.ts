import { GraphQLError } from "graphql";
import type { Json } from "../shared/json.ts";
import type { Reply } from "../shared/http.ts";

interface Shape {
  readonly type: string;
  readonly code: string;
  readonly statusCode: number;
  readonly message: string;
  readonly presentable: string;
}

/** What Linear says beside each error. */
function extensionsOf({ type, code, statusCode, presentable }: Shape): Json {
  return { type, code, statusCode, userError: true, userPresentableMessage: presentable };
}

/** An error inside a GraphQL answer (HTTP 200, as for anything found while carrying out). */
export function refusal(
  message: string,
  presentable: string,
  type = "invalid input",
  code = "INPUT_ERROR",
): GraphQLError {
  const statusCode = code === "FORBIDDEN" ? 403 : 400;
  return new GraphQLError(message, { extensions: extensionsOf({ type, code, statusCode, message, presentable }) });
}

export function notFound(entity: string): GraphQLError {
  return refusal(`Entity not found: ${entity}`, `Could not find referenced ${entity}.`);
}

/** An answer without data. */
export function refuse(status: number, shape: Shape, headers: Record<string, string> = {}): Reply {
  return { status, headers, body: { errors: [{ message: shape.message, extensions: extensionsOf(shape) }] } };
}

export const UNAUTHENTICATED: Shape = {
  type: "authentication error",
  code: "AUTHENTICATION_ERROR",
  statusCode: 401,
  message: "Authentication required, not authenticated",
  presentable: "You need to authenticate to access this operation.",
};

/** HTTP 400 although `statusCode` says 429: that is how Linear answers. */
export function rateLimited(what: "requests" | "complexity"): Shape {
  return {
    type: "ratelimited",
    code: "RATELIMITED",
    statusCode: 429,
    message: `Rate limit exceeded for ${what}`,
    presentable: "You have been rate limited. Please try again later.",
  };
}

export function tooComplex(complexity: number, limit: number): Shape {
  return {
    type: "invalid input",
    code: "INPUT_ERROR",
    statusCode: 400,
    message: `Query too complex: ${complexity} exceeds the maximum of ${limit}`,
    presentable: "The query is too complex. Reduce the number of requested entities.",
  };
}
