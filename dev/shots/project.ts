import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const TEMPLATE = "templates/local/local/mock.md";

/** Work that goes on, a question, and an issue that waits, beside what the demo's own three issues come to. */
const MORE_SCRIPTS = `      SHOP-4:
        runs:
          - - { do: say, text: "A receipt has a head, the lines of the basket and the sum; the sum comes from formatAmount." }
            - { do: write, path: src/receipt.js, text: "export const receipt = () => [];\\n" }
            - { do: usage, input_tokens: 18400, output_tokens: 2210 }
            - { do: say, text: "The lines are there. Next come the discounts, each on a line of its own." }
            - { do: sleep, ms: 600000 }
      SHOP-5:
        runs:
          - - { do: say, text: "Tax is rounded per line today; the law asks for the sum." }
            - { do: usage, input_tokens: 9120, output_tokens: 860 }
            - { do: say, text: "Running the tests before the first change." }
            - { do: sleep, ms: 600000 }
      SHOP-6:
        runs:
          - - { do: usage, input_tokens: 3350, output_tokens: 290 }
            - do: call
              tool: run_attention
              arguments: { summary: "Which currencies does the shop take? The issue names three, the code knows one." }
            - { do: call, tool: run_finalize, arguments: { path: attention } }
`;

const MORE_ISSUES = {
  "SHOP-4": "title: Receipts show every discount\nstate: Todo\nlabels: [feature]\npriority: 2",
  "SHOP-5": "title: Tax is rounded on the sum\nstate: Todo\nlabels: [bug]\npriority: 1",
  "SHOP-6": "title: Prices in the customer's currency\nstate: Todo\nlabels: [feature]\npriority: 3",
  "SHOP-7":
    "title: Mail the receipt to the customer\nstate: Todo\nlabels: [feature]\npriority: 4\nblocked_by: [SHOP-4]",
} as const;

/** Makes the demo's project in a folder, with a workflow file that also knows the issues of `addIssues`. */
export function makeProject(folder: string): void {
  cpSync("templates/demo/sample-code", folder, { recursive: true });
  cpSync("templates/demo/issues", join(folder, ".maestro/issues"), { recursive: true });
  const marker = "      default:\n";
  const text = readFileSync(TEMPLATE, "utf8");
  if (!text.includes(marker)) throw new Error(`${TEMPLATE} has no line "${marker.trim()}" any more.`);
  writeFileSync(join(folder, "WORKFLOW.md"), text.replace(marker, `${MORE_SCRIPTS}${marker}`));
  const git = (...args: readonly string[]): void => {
    execFileSync("git", ["-c", "user.name=Demo", "-c", "user.email=demo@example.invalid", ...args], { cwd: folder });
  };
  git("init", "--quiet", "--initial-branch=main");
  writeFileSync(join(folder, ".git/info/exclude"), ".maestro/issues/\n");
  git("add", "--all");
  git("commit", "--quiet", "--message", "Sample code of the Maestro demo");
}

/** Adds the issues that make the page's other lists. */
export function addIssues(folder: string): void {
  mkdirSync(join(folder, ".maestro/issues"), { recursive: true });
  for (const [name, head] of Object.entries(MORE_ISSUES)) {
    writeFileSync(join(folder, ".maestro/issues", `${name}.md`), `---\n${head}\n---\n`);
  }
}
