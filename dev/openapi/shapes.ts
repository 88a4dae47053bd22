import { type Static, type TSchema, Type } from "typebox";

// Small parts of which the documents of the API are put together.

/** An instant in ISO 8601, UTC. */
export const Instant = Type.String({ format: "date-time", description: "ISO 8601 in UTC." });
export const Text = Type.String();
export const Count = Type.Integer();
export const Version = Type.Literal(1);

/** A value, or nothing. */
export function orNull<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

/** One of these words. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return Type.Unsafe<Words[number]>({ type: "string", enum: [...words] });
}

/** A decision's reason. */
export const Reason = Type.Object({
  code: Type.String({ description: "Stable." }),
  sentence: Type.String({ description: "For a person." }),
});

/** A page of a list. */
export function pageOf<T extends TSchema>(item: T) {
  return Type.Object({
    version: Version,
    items: Type.Array(item),
    next: Type.Union([Text, Type.Null()], { description: "Goes into `cursor` for the page that follows." }),
  });
}

type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;
/** Whether a schema says neither more nor less than a type. */
export type Says<S extends TSchema, T> = [Frozen<Static<S>>] extends [Frozen<T>]
  ? [Frozen<T>] extends [Frozen<Static<S>>]
    ? true
    : { readonly schemaLacks: Exclude<keyof T, keyof Static<S>> }
  : { readonly schemaDiffers: Frozen<Static<S>> };
