import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A test whose name begins with ids. */
export interface Proof {
  readonly ids: readonly string[];
  /** Relative to the repository. */
  readonly file: string;
  readonly name: string;
}

const FOLDER = "test/conformance/symphony";
/** The name is the first thing behind the call, so that it can be read without running anything. */
const TEST = /\btest(?<how>(?:\.\w+)*)\(\s*(?<quote>["'`])(?<name>.*?)\k<quote>/gs;
const IDS = /^((?:S-\d{3})(?:, S-\d{3})*) \S/;

/** The tests of the suite in the order of files and lines. Throws for one without an id, and for one that may not run. */
export function readProofs(root: string): Proof[] {
  const files = readdirSync(join(root, FOLDER)).filter((file) => file.endsWith(".test.ts"));
  return files.sort().flatMap((file) => {
    const text = readFileSync(join(root, FOLDER, file), "utf8");
    return [...text.matchAll(TEST)].map(({ groups }) => proofOf(`${FOLDER}/${file}`, groups ?? {}));
  });
}

function proofOf(file: string, { how, name = "" }: { readonly [key: string]: string | undefined }): Proof {
  if (how !== "") throw new Error(`${file}: "${name}" uses test${how}; a proof always runs, as a test of its own`);
  const ids = IDS.exec(name)?.[1]?.split(", ");
  if (ids === undefined) throw new Error(`${file}: "${name}" does not begin with the ids that it proves`);
  return { ids, file, name };
}
