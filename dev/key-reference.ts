// Every key of a WORKFLOW.md as a page, made from the schema that Maestro reads the file with.
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../src/base/json.ts";

const HEAD = `# Keys of WORKFLOW.md

Made from [the schema](../schema/workflow.schema.json); do not edit. \`maestro workflow explain KEY\` tells a key's value in your file and where it
comes from. How the file as a whole is meant: [The workflow file](../guides/workflow.md).

Keys that begin with \`x-\` are yours. The options below \`tracker.provider\`, \`repo.provider\` and \`agent_provider.options\` are those of the adapter
that is named: its own page lists them.
`;

/** The page. `schema` is the published document. */
export function keyReference(schema: JsonObject): string {
  const sections = propertiesOf(schema).map(([name, section]) => sectionText(name, section));
  return `${HEAD}\n${sections.join("\n")}`;
}

function sectionText(name: string, section: JsonObject): string {
  const rows = keysBelow(name, section).map(
    ({ path, schema, isRequired }) =>
      `| \`${path}\` | ${typeOf(schema)} | ${isRequired ? "**required**" : defaultOf(schema)} | ${cell(meaningOf(schema))} |`,
  );
  const head = `## ${name}\n\n${textOf(section)}\n`;
  return rows.length === 0
    ? head
    : `${head}\n| key | type | default | what for |\n|---|---|---|---|\n${rows.join("\n")}\n`;
}

interface Key {
  readonly path: string;
  readonly schema: JsonObject;
  readonly isRequired: boolean;
}

/** The keys that hold a value; sections only lead to them. */
function keysBelow(above: string, schema: JsonObject): Key[] {
  const required = isJsonArray(schema.required) ? schema.required : [];
  return propertiesOf(schema).flatMap(([name, below]) => {
    const path = `${above}.${name}`;
    const isSection = propertiesOf(below).length > 0;
    return isSection ? keysBelow(path, below) : [{ path, schema: below, isRequired: required.includes(name) }];
  });
}

function propertiesOf({ properties }: JsonObject): [string, JsonObject][] {
  if (!isJsonObject(properties)) return [];
  return Object.entries(properties).flatMap(([name, value]) => (isJsonObject(value) ? [[name, value]] : []));
}

function typeOf({ type, enum: values, anyOf, items }: JsonObject): string {
  if (isJsonArray(values)) return values.map((value) => `\`${String(value)}\``).join(", ");
  if (isJsonArray(anyOf)) return anyOf.flatMap((one) => (isJsonObject(one) ? [typeOf(one)] : [])).join(" or ");
  if (type === "array") return isJsonObject(items) ? `list of ${typeOf(items)}` : "list";
  if (type === "object") return "map";
  return typeof type === "string" ? type : "any";
}

function defaultOf({ default: value }: JsonObject): string {
  return value === undefined || isEmpty(value) ? "none" : `\`${JSON.stringify(value)}\``;
}

function isEmpty(value: JsonValue): boolean {
  return (isJsonArray(value) && value.length === 0) || (isJsonObject(value) && Object.keys(value).length === 0);
}

function textOf({ description }: JsonObject): string {
  return typeof description === "string" ? description : "";
}

/** The description, without the default, which has a column of its own. */
function meaningOf(schema: JsonObject): string {
  const text = textOf(schema);
  return defaultOf(schema) === "none" ? text : text.replace(/ Default [^ ]+\.$/, "");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
