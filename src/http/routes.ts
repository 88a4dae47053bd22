import { type Context, Hono } from "hono";
import { withDeadline } from "../base/abort.ts";
import { toMaestroError } from "../base/errors.ts";
import type { StatusDocument } from "../model/documents/status.ts";
import type { HttpParts } from "./parts.ts";
import { isOurs } from "./origin.ts";
import { renderPage } from "./page.ts";

const HEADERS = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY" };
/** What each route takes, for the answer to everything else. */
const METHODS = {
  "/healthz": "GET, HEAD",
  "/api/v1/state": "GET, HEAD",
  "/api/v1/refresh": "POST",
  "/": "GET, HEAD",
} as const;
/** Longest wait for a status, milliseconds. */
const STATUS_DEADLINE_MS = 5_000;
/** The page has no script and no outside resource, and may get none. */
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The routes of the first cut. Handlers take and return web standard objects, so that tests need no socket. */
export function routes(parts: HttpParts): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    if (!isOurs(context.req.raw.headers, parts.host))
      return failed(context, 403, "foreign_origin", "This request comes from another site.");
    await next();
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
    return undefined;
  });
  app.get("/healthz", (context) => context.json({ ok: true }));
  app.get("/api/v1/state", async (context) => context.json(await statusInTime(parts)));
  app.post("/api/v1/refresh", async (context) => {
    const requestedAt = new Date(parts.clock.now()).toISOString();
    await parts.ask("refresh");
    return context.json(
      { queued: true, coalesced: false, requested_at: requestedAt, operations: ["poll", "reconcile"] },
      202,
    );
  });
  app.get("/", async (context) => {
    context.header("Content-Security-Policy", PAGE_POLICY);
    return context.html(renderPage(await statusInTime(parts)));
  });
  for (const [path, methods] of Object.entries(METHODS)) {
    app.all(path, (context) => {
      context.header("Allow", methods);
      return failed(context, 405, "method_not_allowed", `Use ${methods}.`);
    });
  }
  app.notFound((context) => failed(context, 404, "not_found", "Route not found"));
  app.onError((error, context) => {
    const problem = toMaestroError(error);
    parts.log.error("http request failed", { path: context.req.path, code: problem.code, error: problem.message });
    return problem.code === "deadline"
      ? failed(context, 503, "timeout", "The status was not ready in time; try again.")
      : failed(context, 500, problem.code, "The service could not answer; see its log.");
  });
  return app;
}

/** A record that answers slowly must not pile up requests (S-234). */
function statusInTime({ clock, status }: HttpParts): Promise<StatusDocument> {
  return withDeadline(clock, STATUS_DEADLINE_MS, undefined, () => status());
}

function failed(context: Context, status: 403 | 404 | 405 | 500 | 503, code: string, message: string): Response {
  return context.json({ error: { code, message } }, status);
}
