// Rebuilds Linear's GraphQL schema from the types of @linear/sdk, which does not carry it, cut to the listed root fields.
// Usage: tsx dev/fakes/linear/generate-schema.ts && biome format --write dev/fakes/linear/schema.graphql
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT_FIELDS } from "./root-fields.ts";
import { readDeclarations, type Declarations, type FieldDeclaration } from "./sdk-declarations.ts";

const DIST = "node_modules/@linear/sdk/dist";
const TARGET = join(import.meta.dirname, "schema.graphql");
/** The SDK's generator writes these two names in its own case. */
const RENAMED: Readonly<Record<string, string>> = {
  IdComparator: "IDComparator",
  IssueIdComparator: "IssueIDComparator",
};
const BUILT_IN = new Set(["ID", "String", "Boolean", "Int", "Float"]);

/** The schema's text for the SDK that is installed. */
function renderSchema(): string {
  const file = readdirSync(DIST).find((name) => /^index-.*\.d\.mts$/.test(name));
  if (file === undefined) throw new Error(`no generated types in ${DIST}`);
  const { version } = JSON.parse(readFileSync(join(DIST, "../package.json"), "utf8")) as { version: string };
  const known = readDeclarations(readFileSync(join(DIST, file), "utf8"));
  const parts = new Map<string, string>();
  const wanted = ["Query", "Mutation"];
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (parts.has(name) || BUILT_IN.has(name)) continue;
    parts.set(
      name,
      renderType(known, name, (next) => wanted.push(next)),
    );
  }
  const body = [...parts.values()].sort().join("\n\n");
  return `# Rebuilt from the types of @linear/sdk ${version} (MIT) by generate-schema.ts; do not edit.\n\n${body}\n`;
}

function renderType(known: Declarations, name: string, refer: (name: string) => void): string {
  const spelled = RENAMED[name] ?? name;
  const values = known.enums.get(name);
  if (values !== undefined) return `enum ${spelled} {\n${values.map((value) => `  ${value}`).join("\n")}\n}`;
  const members = known.unions.get(name);
  if (members !== undefined) {
    members.forEach(refer);
    return `union ${spelled} = ${members.join(" | ")}`;
  }
  const object = known.objects.get(name);
  if (object === undefined) {
    if (!known.scalars.has(name)) throw new Error(`${name} is referred to and not declared`);
    return `scalar ${spelled}`;
  }
  object.parents.forEach(refer);
  const roots: readonly string[] | undefined = ROOT_FIELDS[name];
  const fields = object.fields.filter(({ name: field }) => roots === undefined || roots.includes(field));
  const implemented = object.parents.length > 0 ? ` implements ${object.parents.join(" & ")}` : "";
  const keyword = object.isOutput ? "type" : object.isInterface ? "interface" : "input";
  const lines = fields.map((field) => `  ${renderField(known, name, field, refer)}`);
  return `${keyword} ${spelled}${implemented} {\n${lines.join("\n")}\n}`;
}

function renderField(
  known: Declarations,
  owner: string,
  field: FieldDeclaration,
  refer: (name: string) => void,
): string {
  const own = known.arguments.get(`${owner}${field.name}Args`.toLowerCase()) ?? [];
  const list = own.map((argument) => `${argument.name}: ${renderReference(argument.type, refer)}`);
  return `${field.name}${list.length > 0 ? `(${list.join(", ")})` : ""}: ${renderReference(field.type, refer)}`;
}

/** `Maybe<Array<Scalars["ID"]>>` is `[ID!]`: what is not `Maybe` is required. */
function renderReference(type: string, refer: (name: string) => void): string {
  const maybe = /^(?:Input)?Maybe<(.*)>$/.exec(type)?.[1];
  if (maybe !== undefined) return renderReference(maybe, refer).replace(/!$/, "");
  const list = /^Array<(.*)>$/.exec(type)?.[1];
  if (list !== undefined) return `[${renderReference(list, refer)}]!`;
  const name = /^Scalars\["(\w+)"\]$/.exec(type)?.[1] ?? type;
  refer(name);
  return `${RENAMED[name] ?? name}!`;
}

writeFileSync(TARGET, renderSchema());
