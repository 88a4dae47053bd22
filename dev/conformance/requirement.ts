import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One thing that the specification asks for. */
export interface Requirement {
  readonly id: string;
  /** M, M°, S, O or one of an extension; the list says what they mean. */
  readonly level: string;
  readonly about: string;
  readonly chapter: string;
}

const LINE = /^(S-\d{3}) (M°?|S|O|X(?:-[MSO])?) (\S.*)$/;

/** The checked-in list, in its order. Throws for a line that is none and for an id that stands there twice. */
export function readRequirements(): Requirement[] {
  const text = readFileSync(join(import.meta.dirname, "requirements.txt"), "utf8");
  const found: Requirement[] = [];
  let chapter: string | undefined;
  for (const line of text.split("\n")) {
    if (line.startsWith("# ")) chapter = line.slice(2);
    else if (chapter !== undefined && line !== "") found.push(parseLine(line, chapter));
  }
  const twice = found.find(({ id }, at) => found.findIndex((other) => other.id === id) !== at);
  if (twice !== undefined) throw new Error(`${twice.id} stands in the list twice`);
  return found;
}

function parseLine(line: string, chapter: string): Requirement {
  const [, id, level, about] = LINE.exec(line) ?? [];
  if (id === undefined || level === undefined || about === undefined) throw new Error(`not a requirement: ${line}`);
  return { id, level, about, chapter };
}
