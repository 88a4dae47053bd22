import { fileURLToPath } from "node:url";

/** Arguments with which Node runs the built-in program from its sources. */
export const PROGRAM: readonly string[] = [
  "--import",
  import.meta.resolve("tsx"),
  fileURLToPath(new URL("../../../src/agents/mock/program.ts", import.meta.url)),
];
