/** A line of a todo.txt file (todotxt.org), with the key:value pairs that this plugin reads. Everything else of a line is kept as it is. */
export interface TodoLine {
  readonly isDone: boolean;
  /** `A` to `Z`. */
  readonly priority: string | null;
  /** `2026-11-20`; a done line may have two, the later one first. */
  readonly dates: readonly string[];
  /** Words with contexts, projects and foreign pairs, in their order; without the pairs that have a member of their own. */
  readonly words: readonly string[];
  readonly id: string | null;
  readonly state: string | null;
  /** Ids of lines that come first (`after:`). */
  readonly after: readonly string[];
}

const OWN = ["id", "state", "after", "pri"];

/** Reads a line; `null` for a blank one. Every other line is a task: todo.txt knows no wrong ones. */
export function parseLine(text: string): TodoLine | null {
  const words = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return null;
  const isDone = words[0] === "x";
  if (isDone) words.shift();
  let priority = /^\(([A-Z])\)$/.exec(words[0] ?? "")?.[1] ?? null;
  if (priority !== null) words.shift();
  const dates: string[] = [];
  while (/^\d{4}-\d{2}-\d{2}$/.test(words[0] ?? "") && dates.length < 2) dates.push(words.shift() ?? "");
  const own = words.map((word) => /^([a-z]+):(\S+)$/.exec(word)).filter((match) => match !== null);
  const valuesOf = (key: string): string[] => own.filter((pair) => pair[1] === key).map((pair) => pair[2] ?? "");
  // Finished lines lose their priority; most programs keep it as pri:A.
  priority ??= /^[A-Z]$/.exec(valuesOf("pri")[0] ?? "")?.[0] ?? null;
  return {
    ...{ isDone, priority, dates },
    words: words.filter((word) => !OWN.includes(/^([a-z]+):\S+$/.exec(word)?.[1] ?? "")),
    id: valuesOf("id")[0] ?? null,
    state: valuesOf("state").map(decode)[0] ?? null,
    after: valuesOf("after").flatMap((value) => value.split(",")),
  };
}

/** Writes a line the way todo.txt wants it. */
export function formatLine({ isDone, priority, dates, words, id, state, after }: TodoLine): string {
  return [
    ...(isDone ? ["x"] : priority === null ? [] : [`(${priority})`]),
    ...dates,
    ...words,
    ...(isDone && priority !== null ? [`pri:${priority}`] : []),
    ...(after.length === 0 ? [] : [`after:${after.join(",")}`]),
    ...(state === null ? [] : [`state:${encode(state)}`]),
    ...(id === null ? [] : [`id:${id}`]),
  ].join(" ");
}

/** The title: all words but contexts and projects. */
export function titleOf({ words }: TodoLine): string {
  return words.filter((word) => !/^[@+]\S/.test(word)).join(" ");
}

/** Contexts are labels. */
export function labelsOf({ words }: TodoLine): string[] {
  const labels = words.filter((word) => /^@\S/.test(word)).map((word) => decode(word.slice(1)).trim().toLowerCase());
  return [...new Set(labels.filter((label) => label !== ""))];
}

/** The line with exactly these labels; those that stay keep their place and spelling. */
export function withLabels(line: TodoLine, labels: readonly string[]): TodoLine {
  const present = labelsOf(line);
  const kept = line.words.filter((word) => !/^@\S/.test(word) || labels.includes(decode(word.slice(1)).toLowerCase()));
  const added = labels.filter((label) => !present.includes(label)).map((label) => `@${encode(label)}`);
  return { ...line, words: [...kept, ...added] };
}

/** Blanks would end a word. */
export function encode(text: string): string {
  return text
    .trim()
    .replace(/[%_\s]/g, (sign) => (sign === " " ? "_" : `%${sign.charCodeAt(0).toString(16).padStart(2, "0")}`));
}

function decode(text: string): string {
  return text
    .replaceAll("_", " ")
    .replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
