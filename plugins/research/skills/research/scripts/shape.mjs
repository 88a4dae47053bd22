// Checks a value against the part of JSON Schema that this skill's own schema uses, so that the schema is the one description of a run and nothing has to be installed.

const TYPES = {
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  array: Array.isArray,
  string: (value) => typeof value === "string",
  integer: Number.isInteger,
};

/** The faults of `value`, each a place and a sentence; empty when it fits. `schema` is a part of `root`, in which references point. */
export function faultsOf(value, schema, root, place = "run") {
  const own = schema.$ref === undefined ? [] : faultsOf(value, resolve(schema.$ref, root), root, place);
  if (schema.oneOf !== undefined) return [...own, ...oneOf(value, schema.oneOf, root, place)];
  if (schema.type !== undefined && !TYPES[schema.type](value)) return [`${place}: must be of type ${schema.type}`];
  return [
    ...own,
    ...plain(value, schema, place),
    ...members(value, schema, root, place),
    ...items(value, schema, root, place),
  ];
}

function resolve(reference, root) {
  return reference
    .slice(2)
    .split("/")
    .reduce((part, name) => part[name], root);
}

/** The kinds are told apart by `type`, so that a fault is one of the kind that was meant. */
function oneOf(value, kinds, root, place) {
  const resolved = kinds.map((kind) => resolve(kind.$ref, root));
  const meant = resolved.find((kind) => kind.properties.type.const === value?.type);
  if (meant !== undefined) return faultsOf(value, meant, root, place);
  return [`${place}.type: must be one of ${resolved.map((kind) => kind.properties.type.const).join(", ")}`];
}

function plain(value, schema, place) {
  const faults = [];
  if (schema.const !== undefined && value !== schema.const)
    faults.push(`${place}: must be ${JSON.stringify(schema.const)}`);
  if (schema.enum !== undefined && !schema.enum.includes(value))
    faults.push(`${place}: must be one of ${schema.enum.join(", ")}`);
  if (typeof value === "string") {
    if (value.length < (schema.minLength ?? 0)) faults.push(`${place}: must not be empty`);
    if (value.length > (schema.maxLength ?? Infinity))
      faults.push(`${place}: must have at most ${schema.maxLength} characters`);
    if (schema.pattern !== undefined && !new RegExp(schema.pattern, "u").test(value))
      faults.push(`${place}: must match ${schema.pattern}`);
  }
  if (typeof value === "number") {
    if (value < (schema.minimum ?? -Infinity)) faults.push(`${place}: must be at least ${schema.minimum}`);
    if (value > (schema.maximum ?? Infinity)) faults.push(`${place}: must be at most ${schema.maximum}`);
  }
  return faults;
}

function members(value, schema, root, place) {
  if (!TYPES.object(value)) return [];
  const known = schema.properties ?? {};
  const missing = (schema.required ?? [])
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => `${place}.${name}: is missing`);
  const unknown =
    schema.additionalProperties === false ? Object.keys(value).filter((name) => !Object.hasOwn(known, name)) : [];
  const nested = Object.entries(known)
    .filter(([name]) => Object.hasOwn(value, name))
    .flatMap(([name, part]) => faultsOf(value[name], part, root, `${place}.${name}`));
  return [...missing, ...unknown.map((name) => `${place}.${name}: is not known`), ...nested];
}

function items(value, schema, root, place) {
  if (!Array.isArray(value)) return [];
  const faults = [];
  if (value.length < (schema.minItems ?? 0)) faults.push(`${place}: must have at least ${schema.minItems} members`);
  if (value.length > (schema.maxItems ?? Infinity))
    faults.push(`${place}: must have at most ${schema.maxItems} members`);
  if (schema.items === undefined) return faults;
  return [...faults, ...value.flatMap((item, index) => faultsOf(item, schema.items, root, `${place}[${index}]`))];
}
