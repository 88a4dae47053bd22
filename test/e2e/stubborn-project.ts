import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Random } from "../../src/base/random.ts";
import { git, newPlace, writeFiles } from "./ground.ts";
import { type Place, Program } from "./program.ts";

const FORGE_HOST = fileURLToPath(new URL("../../dist/forges/local/host-program.js", import.meta.url));

/** One call that reached the forge. */
export interface ForgeCall {
  readonly verb: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly effect: boolean;
}

/** A line of the agents' own log. `doubled`: an agent saw another run of its issue alive. */
export interface AgentLine {
  readonly at: number;
  readonly event: "start" | "stop" | "doubled";
  readonly issue: string;
  readonly run: number;
  readonly pid: number;
}

/** A project whose agents are deaf to everything but SIGKILL, with a forge in a process of its own; all witnesses are outside Maestro. */
export class StubbornProject {
  readonly place: Place;
  readonly root: string;
  readonly #random: Random;
  readonly #prefix: string;
  #issues = 0;

  private constructor(place: Place & { readonly root: string }, random: Random) {
    this.place = place;
    this.root = place.root;
    this.#random = random;
    // Other tests may run on this machine at the same time.
    this.#prefix = `K${basename(place.root)
      .slice(-6)
      .replaceAll(/[^A-Za-z0-9]/g, "x")}`;
  }

  /** Makes the project in a temporary folder and starts its forge. `issues` is how many there may ever be. */
  static async make(random: Random, issues: number): Promise<StubbornProject> {
    const place = await newPlace();
    const self = new StubbornProject(place, random);
    await writeFiles(place.cwd, { "README.md": "A project.\n", ".maestro/issues/README.md": "Issues.\n" });
    git(place.cwd, "init", "--quiet", "--initial-branch=main");
    git(place.cwd, "add", "--all");
    git(place.cwd, "commit", "--quiet", "--message", "First");
    await writeFiles(place.root, { "faults.json": JSON.stringify(self.#faults(issues)) });
    const forge = new Program(
      [
        process.execPath,
        FORGE_HOST,
        "--repository",
        self.repository,
        "--socket",
        join(place.root, "forge.sock"),
      ].concat(["--source", place.cwd, "--base", "main", "--log", join(place.root, "calls.jsonl")]),
      place,
    );
    await forge.line(/ready/);
    await writeFiles(place.cwd, { "WORKFLOW.md": `---\n${JSON.stringify(self.#workflow(issues))}\n---\nDo it.\n` });
    appendFileSync(self.#agentLog, "");
    return self;
  }

  /** The bare repository. */
  get repository(): string {
    return join(this.root, "forge.git");
  }

  get #agentLog(): string {
    return join(this.root, "agents.jsonl");
  }

  /** Adds issues until this many have not ended. */
  async fillUp(open: number): Promise<void> {
    const missing = open - Object.values(this.states()).filter((state) => state !== "Done").length;
    const files: Record<string, string> = {};
    for (let added = 0; added < missing; added += 1) {
      this.#issues += 1;
      const file = `.maestro/issues/${this.#prefix}-${this.#issues}.md`;
      files[file] = `---\ntitle: Number ${this.#issues}\nstate: Todo\n---\nDo it.\n`;
    }
    await writeFiles(this.place.cwd, files);
  }

  /** The text of each issue's file, by identifier. */
  issueTexts(): Record<string, string> {
    const folder = join(this.place.cwd, ".maestro", "issues");
    const names = readdirSync(folder).filter((name) => name.startsWith(this.#prefix) && name.endsWith(".md"));
    return Object.fromEntries(names.map((name) => [name.slice(0, -3), readFileSync(join(folder, name), "utf8")]));
  }

  /** The state of each issue, by identifier. */
  states(): Record<string, string> {
    const texts = Object.entries(this.issueTexts());
    return Object.fromEntries(texts.map(([name, text]) => [name, /^state: (.*)$/m.exec(text)?.[1] ?? ""]));
  }

  agentLines(): AgentLine[] {
    return linesOf(this.#agentLog);
  }

  forgeCalls(): ForgeCall[] {
    return linesOf(join(this.root, "calls.jsonl"));
  }

  /** The forge loses questions and answers, or answers late. */
  #faults(count: number): object[] {
    const verbs = ["ensureChange", "publishCheck", "merge", "deleteBranch"];
    const faults = ["none", "none", "lose_answer", "lose_request", "late"];
    return Array.from({ length: count * verbs.length }, (_, index) => ({
      verb: verbs[index % verbs.length],
      fault: faults[this.#random.integer(faults.length)],
      late_ms: 300,
    }));
  }

  #workflow(issues: number): object {
    const names = Array.from({ length: issues }, (_, index) => `${this.#prefix}-${index + 1}`);
    return {
      workflow: {
        profile: {
          kind: "coding_pr_delivery",
          version: 1,
          options: { landing: { when: "when_green", validation_alone: true } },
        },
      },
      tracker: { kind: "local" },
      repo: {
        path: ".",
        base_branch: "main",
        provider: { kind: "local", repository: this.repository, socket: join(this.root, "forge.sock") },
      },
      validation: { commands: ["ls work"] },
      polling: { interval_ms: 300 },
      agent: { max_concurrent_agents: 3, max_turns: 1 },
      // The agent writes what it saw beside the project, where a sandbox would not let it.
      agent_runtime: { sandbox: "none" },
      agent_provider: {
        kind: "mock",
        options: {
          log: this.#agentLog,
          scripts: Object.fromEntries(names.map((name) => [name, { runs: this.#runs() }])),
        },
      },
    };
  }

  /** Some issues have a first run that is deaf before it has handed anything off; all others are deaf right after it. */
  #runs(): object[][] {
    const begin = [
      { do: "run", command: this.#census() },
      { do: "spawn", command: "exec setsid sleep 1000" },
      { do: "run", command: 'mkdir -p work && echo "run $MAESTRO_RUN" >> "work/$MAESTRO_ISSUE_IDENTIFIER.txt"' },
      { do: "usage", input_tokens: 10, output_tokens: 1 },
    ];
    const nap = (most: number) => ({ do: "sleep", ms: this.#random.integer(most) });
    const hearing = [
      ...begin,
      nap(600),
      { do: "call", tool: "run_handoff", arguments: { summary: "Done." } },
      { do: "call", tool: "run_finalize", arguments: { path: "hand_off" } },
      { do: "ignore_signals" },
      nap(600),
    ];
    const deaf = [...begin, { do: "ignore_signals" }, nap(1_500)];
    return this.#random.integer(3) === 0 ? [deaf, hearing] : [hearing];
  }

  /** Each agent looks for other runs of its issue that are alive, before it does anything else. */
  #census(): string {
    const others = [
      'grep -lzsx "MAESTRO_ISSUE_IDENTIFIER=$MAESTRO_ISSUE_IDENTIFIER" /proc/[0-9]*/environ',
      'xargs -r grep -Lzsx "MAESTRO_RUN=$MAESTRO_RUN"',
    ].join(" | ");
    const line =
      '{\\"at\\":0,\\"event\\":\\"doubled\\",\\"issue\\":\\"$MAESTRO_ISSUE_IDENTIFIER\\",\\"run\\":$MAESTRO_RUN,\\"pid\\":$$}';
    return `others=$(${others}); [ -z "$others" ] || echo "${line}" >> "${this.#agentLog}"`;
  }
}

function linesOf<T>(path: string): T[] {
  const text = readFileSync(path, "utf8");
  // A line that is being written has no end yet.
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}
