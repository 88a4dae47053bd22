import { type Static, Type } from "typebox";

/** `repo.provider` of kind `memory`: no keys. */
export type MemoryForgeOptions = Static<typeof MemoryForgeOptions>;
export const MemoryForgeOptions = Type.Object({}, { additionalProperties: false });
