import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Agents at once in every workflow here. */
export const CAP = 10;

/** What an agent does when it is asked for a turn; the rest of the protocol is the same for all. */
const TURNS = {
  hand_off: "deliver",
  edit: 'echo "$MAESTRO_ISSUE_IDENTIFIER" > "${MAESTRO_ISSUE_IDENTIFIER##*/}.txt"\n      hand_off',
  wait: ":",
  refuse: "trap '' TERM; while :; do sleep 1; done",
  talk: `while read -r tick; do echo '{"type":"activity","summary":"It works."}'; done < "TICKS/$MAESTRO_ISSUE_IDENTIFIER"`,
};

/** How an agent behaves. */
export type Behaviour = keyof typeof TURNS;

/** A folder of its own with a workflow, an agent and a state directory; gone after `remove`. */
export class Ground {
  readonly root = mkdtempSync(join(tmpdir(), "maestro-bench-"));
  readonly home = join(this.root, "home");
  readonly project = join(this.root, "project");
  readonly workflow = join(this.project, "WORKFLOW.md");
  /** A pipe for each talking agent, by identifier: it says something for every line. With a `sleep` each, starting those would be the load. */
  readonly ticks = join(this.root, "ticks");

  readonly #cap: number;

  /** `cap`: agents at once. */
  constructor(cap = CAP) {
    this.#cap = cap;
    mkdirSync(this.project);
  }

  /** Issues `first` to `last` in memory, no repository. `agent` is another agent than the shell script, as the workflow file names it. */
  writeMemory(behaviour: Behaviour, first: number, last: number, agent?: string): void {
    const issues = numbers(first, last).map(
      (n) =>
        `      - { id: b${n}, identifier: B-${n}, title: Issue ${n}, description: Classify it., state: classifying }`,
    );
    this.#write(
      behaviour,
      [
        "workflow:",
        "  profile: { kind: triage, version: 1 }",
        "tracker:",
        "  kind: memory",
        "  provider:",
        "    persist_state_updates: false",
        issues.length === 0 ? "    issues: []" : "    issues:",
        ...issues,
        "  lifecycle:",
        "    active_states: [intake, classifying]",
        "    terminal_states: [routed, duplicate, rejected]",
        "    state_phase_map:",
        "      { intake: todo, classifying: in_progress, needs_info: human_review, routed: done, duplicate: canceled, rejected: canceled }",
      ],
      agent,
    );
  }

  /** Issues as files and changes in the local forge of a fresh repository; every green change lands. */
  writeLocal(issues: number): void {
    const folder = join(this.project, ".maestro", "issues");
    mkdirSync(folder, { recursive: true });
    for (const n of numbers(1, issues)) {
      writeFileSync(join(folder, `B-${n}.md`), `---\ntitle: Issue ${n}\nstate: Todo\n---\nWrite a file.\n`);
    }
    this.#begin();
    this.#write("edit", [
      "workflow:",
      "  profile: { kind: coding_pr_delivery, version: 1, options: { landing: { when: when_green, validation_alone: true } } }",
      "tracker: { kind: local }",
      "repo: { path: ., base_branch: main, provider: { kind: local } }",
      'validation: { commands: ["true"] }',
    ]);
  }

  /** Issues of a tracker elsewhere, and a fresh repository. `sections`: front matter in lines. */
  writeRemote(behaviour: Behaviour, sections: readonly string[]): void {
    this.#begin();
    this.#write(behaviour, sections);
  }

  /** Removes everything. */
  remove(): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }

  #begin(): void {
    writeFileSync(join(this.project, "README.md"), "A project to measure with.\n");
    for (const words of [
      ["init", "--quiet", "--initial-branch=main"],
      ["add", "README.md"],
      ["-c", "user.name=Bench", "-c", "user.email=bench@example.invalid", "commit", "--quiet", "--message=Begin"],
    ]) {
      execFileSync("git", words, { cwd: this.project, timeout: 30_000 });
    }
  }

  #write(behaviour: Behaviour, head: readonly string[], kind?: string): void {
    const agent = join(this.root, "agent.sh");
    writeFileSync(agent, AGENT.replace("TURN", TURNS[behaviour]).replace("TICKS", this.ticks));
    const provider =
      kind === undefined ? ["  kind: mock", `  options: { command: [/bin/sh, ${agent}] }`] : [`  kind: ${kind}`];
    const tail = ["agent_provider:", ...provider, `agent: { max_concurrent_agents: ${this.#cap}, max_turns: 1 }`];
    writeFileSync(this.workflow, `---\n${[...head, ...tail].join("\n")}\n---\nWork on {{ issue.identifier }}.\n`);
  }
}

/** Speaks the mock's protocol in nothing but a shell, so that little but Maestro is measured. */
const AGENT = `
deliver() {
  echo '{"type":"tool_call","id":"1","name":"run_result","arguments":{"route":"routed","summary":"Done.","result":{"type":"task","priority":null,"risk":"low","owner":null,"rationale":"Done."}}}'
  read -r answer
  echo '{"type":"tool_call","id":"2","name":"run_finalize","arguments":{"path":"result"}}'
  read -r answer
  echo '{"type":"turn_end","status":"completed"}'
}
hand_off() {
  echo '{"type":"tool_call","id":"1","name":"run_handoff","arguments":{"summary":"Done."}}'
  read -r answer
  echo '{"type":"tool_call","id":"2","name":"run_finalize","arguments":{"path":"hand_off"}}'
  read -r answer
  echo '{"type":"turn_end","status":"completed"}'
}
while read -r line; do
  case $line in
    '{"type":"start",'*) echo '{"type":"ready"}' ;;
    '{"type":"turn",'*)
      TURN ;;
    '{"type":"stop"'*) exit 0 ;;
  esac
done
`;

function numbers(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
}
