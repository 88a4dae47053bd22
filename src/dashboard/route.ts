/** The parts of an issue's page; each has an address of its own. */
export const ISSUE_TABS = ["timeline", "diff", "runs", "transcript", "evidence", "prompt"] as const;
export type IssueTab = (typeof ISSUE_TABS)[number];

/** What an address shows. */
export type Route =
  | { readonly page: "home" }
  | { readonly page: "issue"; readonly identifier: string; readonly tab: IssueTab; readonly run: number | null }
  | { readonly page: "unknown"; readonly path: string };

/** The route of a path and its query. */
export function parseRoute(path: string, query = ""): Route {
  const [first, identifier, tab, ...more] = path.split("/").filter((part) => part !== "");
  if (first === undefined) return { page: "home" };
  if (first !== "issues" || identifier === undefined || more.length > 0) return { page: "unknown", path };
  const known = ISSUE_TABS.find((name) => name === (tab ?? "timeline"));
  const name = decode(identifier);
  if (known === undefined || name === null) return { page: "unknown", path };
  const run = Number(new URLSearchParams(query).get("run") ?? "0");
  return { page: "issue", identifier: name, tab: known, run: Number.isSafeInteger(run) && run > 0 ? run : null };
}

/** The address of an issue's page. */
export function issuePath(identifier: string, tab: IssueTab = "timeline", run: number | null = null): string {
  // An address that ends like a file's name would be asked for as a file.
  const isShort = tab === "timeline" && !identifier.includes(".");
  const path = `/issues/${encodeURIComponent(identifier)}${isShort ? "" : `/${tab}`}`;
  return run === null ? path : `${path}?run=${run}`;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    // Somebody cut the address in the middle of a character.
    return null;
  }
}
