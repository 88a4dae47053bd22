export interface FieldDeclaration {
  readonly name: string;
  /** As the SDK writes it: `Maybe<Array<Scalars["ID"]>>`. */
  readonly type: string;
}

interface ObjectDeclaration {
  readonly fields: readonly FieldDeclaration[];
  readonly parents: readonly string[];
  readonly isOutput: boolean;
  readonly isInterface: boolean;
}

/** What the SDK's generated types say about the schema. */
export interface Declarations {
  readonly scalars: ReadonlySet<string>;
  readonly enums: ReadonlyMap<string, readonly string[]>;
  readonly unions: ReadonlyMap<string, readonly string[]>;
  readonly objects: ReadonlyMap<string, ObjectDeclaration>;
  /** By `<Type><field>args` in lower case: the generator turns `GitHubPR` into `GitHubPr`. */
  readonly arguments: ReadonlyMap<string, readonly FieldDeclaration[]>;
}

const OBJECT = /^type (\w+) = ((?:\w+ & )*)\{\n([\s\S]*?)^\};/gm;
const ENUM = /^declare enum (\w+) \{\n([\s\S]*?)^\}/gm;
const UNION = /^type (\w+) =\s*((?:\|?\s*\w+\s*)(?:\|\s*\w+\s*)*);/gm;
const FIELD = /^ {2}(\w+)\??: ([^{}]+?);$/gm;

/** Reads the regular text of the SDK's generated types; there is no TypeScript API at hand to parse it with. */
export function readDeclarations(text: string): Declarations {
  const bodies = [...text.matchAll(OBJECT)].map(([, name = "", parents = "", body = ""]) => ({ name, parents, body }));
  const argumentBodies = bodies.filter(({ name, body }) => name.endsWith("Args") && !body.includes("__typename?:"));
  const parents = new Set(bodies.flatMap(({ parents }) => parents.split(" & ").filter(Boolean)));
  const objects = bodies.map(({ name, parents: own, body }): [string, ObjectDeclaration] => [
    name,
    {
      fields: readFields(body).filter((field) => field.name !== "__typename"),
      parents: own.split(" & ").filter(Boolean),
      isOutput: body.includes("__typename?:"),
      isInterface: parents.has(name),
    },
  ]);
  return {
    scalars: new Set(readFields(bodies.find(({ name }) => name === "Scalars")?.body ?? "").map(({ name }) => name)),
    enums: new Map([...text.matchAll(ENUM)].map(([, name = "", body = ""]) => [name, readEnum(body)])),
    unions: new Map([...text.matchAll(UNION)].map(([, name = "", list = ""]) => [name, list.match(/\w+/g) ?? []])),
    objects: new Map(objects),
    arguments: new Map(argumentBodies.map(({ name, body }) => [name.toLowerCase(), readFields(body)])),
  };
}

function readFields(body: string): FieldDeclaration[] {
  return [...body.matchAll(FIELD)].map(([, name = "", type = ""]) => ({ name, type: type.replace(/\s+/g, "") }));
}

function readEnum(body: string): string[] {
  return [...body.matchAll(/^ {2}\w+ = "([^"]+)"/gm)].map(([, value = ""]) => value);
}
