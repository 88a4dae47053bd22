// The tables and the picture of docs/guides/delivery.md, made from the tables that decide. `npx tsx dev/delivery-guide.ts` writes them.
import { readFileSync, writeFileSync } from "node:fs";
import { CASES } from "../test/lanes/cases.ts";
import { LANE_RULES, planLane } from "../src/lanes/index.ts";
import { LANE_STAGES, type LaneStage } from "../src/model/lane.ts";
import { GATE_CHECKS, GATE_CODES, REPAIR_CODES } from "../src/policy/index.ts";

const GUIDE = new URL("../docs/guides/delivery.md", import.meta.url);

/** Where each generated part begins and ends in the guide. */
const PARTS: Readonly<Record<string, () => string>> = {
  diagram: stateDiagram,
  rules: ruleTable,
  gates: gateTable,
  repairs: () => table(["code", "what asks for a repair"], Object.entries(REPAIR_CODES)),
};

/** The guide with all its generated parts as the code has them now. */
export function withParts(guide: string): string {
  return Object.entries(PARTS).reduce((text, [name, make]) => {
    const [begin, end] = [`<!-- ${name}: generated -->`, `<!-- end of ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`the guide has no place for "${name}"`);
    return `${text.slice(0, from + begin.length)}\n\n${make()}\n\n${text.slice(to)}`;
  }, guide);
}

/** Transitions that the rows of the classifier make in the cases that cover every row, each with the rows that make it. */
function stateDiagram(): string {
  const edges = new Map<string, Set<string>>();
  for (const [code, , facts] of CASES) {
    let from: LaneStage = facts.lane.stage;
    for (const step of planLane(facts)) {
      const to = step.do === "stage" ? step.stage : step.do === "close_lane" ? "closed" : from;
      if (to !== from) edges.set(`${from} --> ${to}`, (edges.get(`${from} --> ${to}`) ?? new Set()).add(code));
      from = to;
    }
  }
  const order = (edge: string) => LANE_STAGES.findIndex((stage) => edge.startsWith(`${stage} `));
  const lines = [...edges].sort(([a], [b]) => order(a) - order(b) || (a < b ? -1 : 1));
  return [
    "```mermaid",
    "stateDiagram-v2",
    ...lines.map(([edge, codes]) => `  ${edge}: ${[...codes].join(", ")}`),
    "```",
  ].join("\n");
}

function ruleTable(): string {
  const all = LANE_STAGES.length;
  const rows = LANE_RULES.map(({ code, stages }) => {
    const where =
      stages.length === all ? "every stage" : stages.length > 6 ? "every stage before closeout" : stages.join(", ");
    return [code, where] as const;
  });
  return table(["row", "asked in"], rows);
}

function gateTable(): string {
  const rows = GATE_CHECKS.flatMap(({ check, gates, codes }) =>
    codes.map((code) => [check, gates.join(", "), `\`${code}\``, GATE_CODES[code]] as const),
  );
  return table(["check", "gate", "shut by", "what mends it"], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

if (process.argv[1]?.endsWith("delivery-guide.ts") === true) {
  writeFileSync(GUIDE, withParts(readFileSync(GUIDE, "utf8")));
}
