const LOOPBACK = new Set(["127.0.0.1", "localhost", "::1"]);

/**
 * Whether a request was made for this server: its Host names the bound address (or loopback), and an Origin, when there is one, is that
 * same site. Keeps out DNS rebinding and cross-site requests.
 */
export function isOurs(headers: Headers, boundHost: string): boolean {
  const host = headers.get("host");
  if (host === null || !isAllowed(nameOf(`http://${host}`), boundHost)) return false;
  const origin = headers.get("origin");
  return origin === null || siteOf(origin) === siteOf(`http://${host}`);
}

/** Whether nobody but this machine reaches an address. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host.toLowerCase());
}

function isAllowed(name: string | null, boundHost: string): boolean {
  if (name === null) return false;
  // Bound to everything, the operator's own names for this machine cannot be known.
  if (boundHost === "0.0.0.0" || boundHost === "::") return true;
  return isLoopback(boundHost) ? LOOPBACK.has(name) : name === boundHost.toLowerCase();
}

function nameOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, "") : null;
}

function siteOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).host : null;
}
