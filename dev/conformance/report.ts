import type { Proof } from "./proofs.ts";
import type { Requirement } from "./requirement.ts";
import type { Status } from "./statuses.ts";

const LEVELS = ["M", "M°", "S", "O", "X-M", "X-S", "X-O", "X"];
const KINDS = ["passes", "deviates", "later", "not applicable"] as const;
type Kind = (typeof KINDS)[number];

/** What the report is made of. */
export interface Conformance {
  readonly requirements: readonly Requirement[];
  readonly proofs: readonly Proof[];
  /** By id; only what does not simply pass. */
  readonly statuses: Readonly<Record<string, Status>>;
}

/** What contradicts itself: ids that nobody knows, that nothing is said about, or that two things are said about. */
export function findContradictions({ requirements, proofs, statuses }: Conformance): string[] {
  const known = new Set(requirements.map(({ id }) => id));
  const proven = new Set(proofs.flatMap(({ ids }) => ids));
  const unknown = [...new Set([...proven, ...Object.keys(statuses)])].filter((id) => !known.has(id));
  return [
    ...unknown.map((id) => `${id} is not in the list of requirements`),
    ...[...known]
      .filter((id) => !proven.has(id) && statuses[id] === undefined)
      .map((id) => `${id} has no test and no status`),
    ...[...known]
      .filter((id) => proven.has(id) && ["later", "not applicable"].includes(statuses[id]?.is ?? ""))
      .map((id) => `${id} is "${statuses[id]?.is}" and has a test: one of them is out of date`),
  ];
}

/** The page. */
export function renderReport(conformance: Conformance): string {
  const { requirements, proofs } = conformance;
  const chapters = [...new Set(requirements.map(({ chapter }) => chapter))];
  const files = new Set(proofs.map(({ file }) => file));
  return [
    "# Conformance to the Symphony specification",
    "",
    "Written by `npm run conformance` from `dev/conformance/` and the names of the tests; do not edit. The requirements are those of the",
    "service specification (draft 1), counted and worded by us.",
    "",
    "- **passes**: a test whose name holds the id shows it, through a file, the command line, HTTP or a contract.",
    "- **deviates**: Maestro does something else on purpose; the reason stands there. A test may show the rest of the requirement.",
    "- **later**: what it is about is not built yet; the number is that of the issue that builds it.",
    "- **not applicable**: it is about something that Maestro does not have.",
    "",
    "M is a must, M° a plain statement that is taken for one, S a should, O a may. X- marks extensions, which bind only whoever ships them.",
    "",
    ...countTable(conformance),
    "",
    `${proofs.length} tests in ${files.size} files prove it: \`npx vitest run test/conformance/symphony\`.`,
    ...chapters.flatMap((chapter) => renderChapter(chapter, conformance)),
    "",
  ].join("\n");
}

function countTable({ requirements, statuses }: Conformance): string[] {
  const row = (name: string, of: readonly Requirement[]): string => {
    const counts = KINDS.map((kind) => of.filter(({ id }) => kindOf(statuses[id]) === kind).length);
    return `| ${[name, ...counts, of.length].join(" | ")} |`;
  };
  return [
    `| level | ${KINDS.join(" | ")} | all |`,
    `|---|${"---|".repeat(KINDS.length + 1)}`,
    ...LEVELS.map((level) =>
      row(
        level,
        requirements.filter((requirement) => requirement.level === level),
      ),
    ),
    row("**all**", requirements),
  ];
}

function renderChapter(chapter: string, conformance: Conformance): string[] {
  const rows = conformance.requirements.filter((requirement) => requirement.chapter === chapter);
  return [
    "",
    `## ${chapter}`,
    "",
    "| id | level | requirement | status |",
    "|---|---|---|---|",
    ...rows.map(({ id, level, about }) => `| ${id} | ${level} | ${about} | ${renderStatus(id, conformance)} |`),
  ];
}

function renderStatus(id: string, { proofs, statuses }: Conformance): string {
  const files = new Set(proofs.filter(({ ids }) => ids.includes(id)).map(({ file }) => file));
  const links = [...files].map((file) => `[${file.replace(/^.*\/|\.test\.ts$/g, "")}](../${file})`).join(", ");
  const status = statuses[id];
  if (status === undefined) return `passes: ${links}`;
  const issue = status.is === "later" ? ` (${status.issue})` : "";
  const rest = links === "" ? "" : ` The rest: ${links}`;
  return `**${status.is}**${issue}: ${status.because}${rest}`;
}

function kindOf(status: Status | undefined): Kind {
  return status?.is ?? "passes";
}
