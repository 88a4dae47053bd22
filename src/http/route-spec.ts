import type { ErrorCode } from "./errors.ts";

/**
 * Who may use a route: `open` everybody; `reader` everybody on loopback, else whoever may use a `member` route; `member` a session or the
 * bearer token; `signed`: whoever can sign the body, from any site and under any name of this host.
 */
export type RouteAccess = "open" | "reader" | "member" | "signed";

/** A value in the query. */
export type QuerySpec = { readonly summary: string } & (
  | { readonly kind: "text"; readonly most: number }
  | { readonly kind: "integer"; readonly least: number; readonly most: number }
  | { readonly kind: "flag" }
  | { readonly kind: "choice"; readonly of: readonly string[] }
);

/** One route. Registration, `Allow`, the OpenAPI document and the reference page are made from these. */
export interface RouteSpec {
  readonly method: "GET" | "POST" | "DELETE";
  /** With parameters as `{name}`. */
  readonly path: string;
  readonly summary: string;
  readonly access: RouteAccess;
  readonly query?: Readonly<Record<string, QuerySpec>>;
  /** Name of the schema of the JSON body; an optional one may be left out. */
  readonly body?: { readonly schema: string; readonly optional?: true };
  /** Longest body that is taken as it came, bytes; its route reads it. */
  readonly rawBody?: number;
  /** Schema name or media type by status. */
  readonly answers: Readonly<Record<number, string>>;
  /** Besides those that every route has. */
  readonly errors: readonly ErrorCode[];
}
