/** An operation of a GraphQL document. */
export interface GraphqlOperation {
  readonly kind: "query" | "mutation" | "subscription";
  readonly name: string | null;
}

/** Strings, comments and names, and everything else character by character (GraphQL, October 2021, section 2.1). */
const TOKEN = /"""(?:\\"""|[\s\S])*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*|[_A-Za-z][_0-9A-Za-z]*|[^\s,]/g;
const KINDS = ["query", "mutation", "subscription"] as const;

/** The operations of a document, as far as its outermost words tell; whether it is sound is the service's to say. */
export function operationsOf(document: string): readonly GraphqlOperation[] {
  const found: GraphqlOperation[] = [];
  const tokens = [...document.matchAll(TOKEN)].map(([token]) => token).filter((token) => !/^["#]/.test(token));
  let depth = 0;
  // Whether the next outermost brace belongs to what was named before it.
  let isNamed = false;
  for (const [at, token] of tokens.entries()) {
    if ("}])".includes(token)) depth -= 1;
    if (depth === 0 && token === "{" && !isNamed) found.push({ kind: "query", name: null });
    if (depth === 0 && token === "}") isNamed = false;
    const kind = KINDS.find((known) => known === token);
    if (depth === 0 && !isNamed && (kind !== undefined || token === "fragment")) {
      isNamed = true;
      const next = tokens[at + 1] ?? "";
      if (kind !== undefined) found.push({ kind, name: /^[_A-Za-z]/.test(next) ? next : null });
    }
    if ("{[(".includes(token)) depth += 1;
  }
  return found;
}
