import type { FakeGithub } from "../../../dev/fakes/github/index.ts";
import type { FakeLinear } from "../../../dev/fakes/linear/index.ts";
import { askAs, CODE, type Day } from "./ground.ts";

type Pull = FakeGithub["data"]["pulls"][number];
const R = "/repos/acme/app";

/** CI and a reviewer of one repository. They act by what GitHub shows, through its API, and each answers a head once. */
export class People {
  readonly #day: Day;
  readonly #reviewed = new Set<string>();
  readonly #checked = new Set<string>();

  constructor(day: Day) {
    this.#day = day;
  }

  /** Looks at every open change once. */
  async look(): Promise<void> {
    const { github } = this.#day;
    for (const pull of [...github.data.pulls]) {
      const { number, state } = cardOf(github, pull);
      if (state !== "open") continue;
      await this.#check(pull);
      if (this.#isGreen(pull)) await this.#review(pull, number);
    }
  }

  /** CI looks at each head once; it refuses the first one of an issue that says so. */
  async #check(pull: Pull): Promise<void> {
    const { github } = this.#day;
    if (github.data.checkRuns.some(({ sha }) => sha === pull.headSha)) return;
    const isFirst = !this.#checked.has(pull.head);
    this.#checked.add(pull.head);
    const fails = titleOf(pull).includes("CI refuses") && isFirst;
    const output = { title: "Tests", summary: "One test.", text: fails ? "expected Hello, got Helo" : "ok" };
    const conclusion = fails ? "failure" : "success";
    await askAs(github, "ci", `POST ${R}/check-runs`, { name: "ci", head_sha: pull.headSha, conclusion, output });
  }

  #isGreen({ headSha }: Pull): boolean {
    const found = this.#day.github.data.checkRuns.find(({ sha }) => sha === headSha);
    return found?.conclusion === "success";
  }

  async #review(pull: Pull, number: number): Promise<void> {
    const { github } = this.#day;
    if (this.#reviewed.has(`${number} ${pull.headSha}`) || !this.#isReady(pull)) return;
    const isFirst = ![...this.#reviewed].some((key) => key.startsWith(`${number} `));
    this.#reviewed.add(`${number} ${pull.headSha}`);
    const title = titleOf(pull);
    const review = (event: string, body: string) =>
      askAs(github, "alice", `POST ${R}/pulls/${number}/reviews`, { event, body });
    if (title.includes("somebody closes"))
      await askAs(github, "alice", `PATCH ${R}/pulls/${number}`, { state: "closed" });
    else if (title.includes("reviewer refuses") && isFirst) await review("REQUEST_CHANGES", "Louder, please.");
    else if (title.includes("remarks") && isFirst)
      await askAs(github, "alice", `POST ${R}/issues/${number}/comments`, { body: "Why not in capitals?" });
    else await review("APPROVE", "Good.");
  }

  /** The two that write the same line are approved together, so that one of them meets the other's merge. */
  #isReady(pull: Pull): boolean {
    if (!titleOf(pull).includes("same line")) return true;
    return this.#day.github.data.pulls.filter((one) => titleOf(one).includes("same line")).length === 2;
  }
}

/** The issue that a branch is for, e.g. `ENG-3`. */
export function issueOf(branch: string): string {
  return /eng-\d+/i.exec(branch)?.[0].toUpperCase() ?? "";
}

function titleOf({ head }: Pull): string {
  return CODE[Number(issueOf(head).slice(4)) - 1] ?? "";
}

/** The pull request as an issue of its repository, with number, title and state. */
export function cardOf(github: FakeGithub, pull: Pull): FakeGithub["data"]["issues"][number] {
  const card = github.data.issues.find(({ id }) => id === pull.id);
  if (card === undefined) throw new Error(`the fake has no issue of pull ${pull.id}`);
  return card;
}

/** The state of an issue in Linear, by its number. */
export function stateOf({ data }: FakeLinear, number: number): string {
  const issue = data.issues.find((one) => one.number === number);
  return data.states.find(({ id }) => id === issue?.stateId)?.name ?? "";
}

/** Names of an issue's labels in Linear. */
export function labelsOf({ data }: FakeLinear, number: number): string[] {
  const ids = data.issues.find((one) => one.number === number)?.labelIds ?? [];
  return data.labels.filter(({ id }) => ids.includes(id)).map(({ name }) => name);
}
