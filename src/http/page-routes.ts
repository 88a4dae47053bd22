import type { Hono } from "hono";
import type { Access } from "./access.ts";
import { Assets } from "./assets.ts";
import { ERRORS } from "./errors.ts";
import { isLoopback } from "./origin.ts";
import { LOGIN_HINT, renderNotice, renderPage } from "./page.ts";
import type { HttpParts } from "./parts.ts";
import { problemReply, textReply } from "./reply.ts";
import type { StateCache } from "./state-cache.ts";

/** The plain page has no script and no outside resource, and may get none. */
const PLAIN_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const HTML = "text/html; charset=utf-8";

interface PageParts {
  readonly parts: HttpParts;
  readonly access: Access;
  readonly states: StateCache;
}

/** The dashboard with its files; the plain page at `/plain`, and everywhere while the dashboard is not built. */
export function addPages(app: Hono, { parts, access, states }: PageParts): void {
  const assets = new Assets(parts.assets);
  const plain = async (request: Request): Promise<Response> => {
    if (!isLoopback(parts.host) && access.identify(request.headers) === null)
      return textReply(renderNotice("Sign in", LOGIN_HINT), HTML, 401, { "content-security-policy": PLAIN_POLICY });
    const { document } = await states.get();
    const html = parts.secrets.redact(renderPage(document));
    return textReply(html, HTML, 200, { "content-security-policy": PLAIN_POLICY });
  };
  app.get("/plain", (context) => plain(context.req.raw));
  app.get("/assets/:name", async (context) => {
    const file = await assets.file(context.req.raw, context.req.param("name"));
    return file ?? problemReply("not_found", 404, ERRORS.not_found.meaning);
  });
  app.get("*", async (context) => {
    const { path } = context.req;
    if (!isPage(path)) return problemReply("not_found", 404, ERRORS.not_found.meaning);
    const page = await assets.page(context.req.raw);
    if (page !== null) return page;
    return path === "/" ? plain(context.req.raw) : problemReply("not_found", 404, ERRORS.not_found.meaning);
  });
  for (const path of ["/", "/plain", "/assets/:name"])
    app.all(path, () => problemReply("method_not_allowed", 405, "Use GET, HEAD.", {}, { allow: "GET, HEAD" }));
}

/** An address that the dashboard itself makes: no part of the API, and no file. */
function isPage(path: string): boolean {
  const isApi = path === "/api" || path.startsWith("/api/") || path.startsWith("/assets/");
  return !isApi && !/\.[a-z][a-z0-9]*$/.test(path.slice(path.lastIndexOf("/")));
}
