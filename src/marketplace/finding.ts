/** Something about a skill, plugin or catalogue that a person should know. Errors make it unusable, warnings do not. */
export interface Finding {
  readonly level: "error" | "warning";
  /** Relative to what was looked at, with `/`; empty for the folder itself. */
  readonly file: string;
  /** From 1; absent where no place can be named. */
  readonly line?: number;
  readonly column?: number;
  /** Dotted; absent for a whole file. */
  readonly key?: string;
  readonly message: string;
  readonly hint?: string;
}

/** Takes findings; what is read passes it on, so that one look tells everything. */
export class Findings {
  readonly #all: Finding[] = [];

  error(place: Omit<Finding, "level" | "message">, message: string): void {
    this.#all.push({ level: "error", ...place, message });
  }

  warn(place: Omit<Finding, "level" | "message">, message: string): void {
    this.#all.push({ level: "warning", ...place, message });
  }

  /** Takes over what was found below a folder. */
  addBelow(folder: string, findings: readonly Finding[]): void {
    for (const finding of findings) this.#all.push({ ...finding, file: joined(folder, finding.file) });
  }

  all(): readonly Finding[] {
    return this.#all;
  }

  hasErrors(): boolean {
    return this.#all.some(({ level }) => level === "error");
  }
}

/** One line for a person: `skills/a/SKILL.md:3:1 name: must equal the folder's name`. */
export function findingLine({ level, file, line, column, key, message, hint }: Finding): string {
  const place = [file || ".", line, column].filter((part) => part !== undefined).join(":");
  const text = `${place} ${key === undefined ? "" : `${key}: `}${message}${hint === undefined ? "" : ` (${hint})`}`;
  return level === "warning" ? `warning: ${text}` : text;
}

function joined(folder: string, file: string): string {
  return file === "" ? folder : `${folder}/${file}`;
}
