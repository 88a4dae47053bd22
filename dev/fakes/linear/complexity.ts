import {
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type DocumentNode,
  Kind,
} from "graphql";
import type { Json } from "../shared/json.ts";

const DEFAULT_FIRST = 50;

/**
 * What Linear counts: 0.1 for each property, 1 for each object, and what a connection holds times its `first` (50 when unsaid).
 * The connection itself counts nothing. Rounded up.
 */
export function complexityOf(document: DocumentNode, operation: OperationDefinitionNode, variables: Json): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const weigh = (set: SelectionSetNode, times: number): number => {
    let sum = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) sum += weighField(selection, times);
      else if (selection.kind === Kind.INLINE_FRAGMENT) sum += weigh(selection.selectionSet, times);
      else {
        const fragment = fragments.get(selection.name.value);
        if (fragment !== undefined) sum += weigh(fragment.selectionSet, times);
      }
    }
    return sum;
  };
  const weighField = (field: FieldNode, times: number): number => {
    const set = field.selectionSet;
    if (set === undefined) return 0.1;
    const isConnection = set.selections.some(
      (one) => one.kind === Kind.FIELD && /^(nodes|edges)$/.test(one.name.value),
    );
    if (isConnection) return weigh(set, firstOf(field, variables));
    const isList = field.name.value === "nodes" || field.name.value === "edges";
    return (isList ? times : 1) * (1 + weigh(set, 1));
  };
  return Math.ceil(weigh(operation.selectionSet, 1));
}

function firstOf(field: FieldNode, variables: Json): number {
  const argument = field.arguments?.find(({ name }) => name.value === "first" || name.value === "last");
  const value = argument?.value;
  if (value?.kind === Kind.INT) return Number(value.value);
  const given = value?.kind === Kind.VARIABLE ? variables[value.name.value] : undefined;
  return typeof given === "number" ? given : DEFAULT_FIRST;
}
