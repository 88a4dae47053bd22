import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../base/errors.ts";
import { shortHash } from "../base/ids.ts";
import { refusal } from "./errors.ts";
import { COMMON_HEADERS } from "./reply.ts";

/** What the dashboard may load: itself. */
export const DASHBOARD_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Types of what a bundler makes. */
const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  js: "text/javascript; charset=utf-8",
  json: "application/json; charset=utf-8",
  map: "application/json; charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  webmanifest: "application/manifest+json",
  woff2: "font/woff2",
};

/** A file name without a way out of its folder. */
const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]*\.([a-z0-9]+)$/;
/** The names carry a hash of the content. */
const FOR_EVER = "public, max-age=31536000, immutable";

interface Asset {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

/** The built dashboard: files of one folder, read once. */
export class Assets {
  readonly #folder: string;
  readonly #kept = new Map<string, Asset>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The page, or `null` while it is not built. */
  async page(request: Request): Promise<Response | null> {
    const asset = await this.#read("index.html");
    return asset === null ? null : reply(request, asset, "html", "no-cache");
  }

  /** A file that the page loads, or `null`. */
  async file(request: Request, name: string): Promise<Response | null> {
    const ending = FILE_NAME.exec(name)?.[1];
    if (ending === undefined || !Object.hasOwn(TYPES, ending)) return null;
    const asset = await this.#read(`assets/${name}`);
    return asset === null ? null : reply(request, asset, ending, FOR_EVER);
  }

  async #read(path: string): Promise<Asset | null> {
    const kept = this.#kept.get(path);
    if (kept !== undefined) return kept;
    const bytes = await readIfThere(join(this.#folder, path));
    if (bytes === null) return null;
    const asset = { bytes, etag: `"${shortHash(Buffer.from(bytes).toString("latin1"))}"` };
    this.#kept.set(path, asset);
    return asset;
  }
}

/** A text file that comes with the package. Throws `not_found` when it was not packed. */
export async function packagedDocument(path: string): Promise<string> {
  const bytes = await readIfThere(path);
  if (bytes === null) throw refusal("not_found");
  return new TextDecoder().decode(bytes);
}

async function readIfThere(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return null;
    throw error;
  }
}

function reply(request: Request, { bytes, etag }: Asset, ending: string, cache: string): Response {
  const headers = {
    ...COMMON_HEADERS,
    "content-type": TYPES[ending] ?? "application/octet-stream",
    "cache-control": cache,
    etag,
    ...(ending === "html" ? { "content-security-policy": DASHBOARD_POLICY } : {}),
  };
  if (request.headers.get("if-none-match") === etag) return new Response(null, { status: 304, headers });
  return new Response(bytes, { headers });
}
