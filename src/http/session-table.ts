import type { RouteSpec } from "./route-spec.ts";

/** How a person gets in, and out again, by the names of the operations. */
export const SESSION_ROUTES = {
  openSession: {
    method: "POST",
    path: "/api/v2/session",
    summary: "Turns the token of a link into a session: a cookie. A token works once, for 10 minutes.",
    access: "open",
    body: { schema: "SessionBody" },
    answers: { 200: "Session" },
    errors: ["link_refused"],
  },
  session: {
    method: "GET",
    path: "/api/v2/session",
    summary: "Who asks.",
    access: "member",
    answers: { 200: "Session" },
    errors: [],
  },
  endSession: {
    method: "DELETE",
    path: "/api/v2/session",
    summary: "Ends the session.",
    access: "member",
    answers: { 204: "" },
    errors: [],
  },
  newLink: {
    method: "POST",
    path: "/api/v2/session/link",
    summary: "A fresh link that opens one session, for programs with the bearer token.",
    access: "member",
    body: { schema: "Nothing", optional: true },
    answers: { 200: "Link" },
    errors: ["bearer_needed"],
  },
} as const satisfies Readonly<Record<string, RouteSpec>>;
