import { ERRORS, type ErrorCode } from "../../src/http/errors.ts";
import type { RouteSpec } from "../../src/http/route-spec.ts";
import { ROUTES } from "../../src/http/route-table.ts";

const HEAD = `# HTTP routes

<!-- Made by \`npm run schema\` from the table of routes that the server registers. -->

How to use them is told in [the guide](../guides/http.md). Every document is described in
[openapi.json](../schema/openapi.json), which a service also gives at \`/api/v2/openapi.json\`.

**Access.** *open*: everybody who reaches the port. *reader*: everybody on the loopback address; elsewhere as *member*. *member*: a
session or the bearer token. *signed*: whoever can sign the body with the secret of the workflow.

`;

/** The routes as a page for people. */
export function referencePage(): string {
  const specs = Object.values<RouteSpec>(ROUTES);
  return `${HEAD}| route | access | what |\n|---|---|---|\n${specs.map(row).join("\n")}

## Queries

Besides these a query is refused. Symphony's routes under \`/api/v1\` take none and mind none.

| route | in the query | what |
|---|---|---|
${specs.flatMap(queryRows).join("\n")}

## Errors

Every error is \`{"error": {"code", "message", "at"?, "hint"?}}\`; \`at\` says where in the request the mistake is.

| code | status | meaning |
|---|---|---|
${errorRows().join("\n")}
`;
}

function row({ method, path, access, summary }: RouteSpec): string {
  return `| \`${method} ${path}\` | ${access} | ${cell(summary)} |`;
}

function queryRows({ path, query = {} }: RouteSpec): string[] {
  return Object.entries(query).map(([name, spec]) => {
    const words = spec.kind === "choice" ? ` ${spec.of.map((word) => `\`${word}\``).join(", ")}.` : "";
    return `| \`${path}\` | \`${name}\` | ${cell(spec.summary)}${words} |`;
  });
}

function errorRows(): string[] {
  const codes = Object.keys(ERRORS).filter((code): code is ErrorCode => Object.hasOwn(ERRORS, code));
  return codes.map((code) => `| \`${code}\` | ${ERRORS[code].status} | ${cell(ERRORS[code].meaning)} |`);
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
