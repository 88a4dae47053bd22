import type { Fault } from "../../../dev/fakes/shared/faults.ts";
import type { Random } from "../../../src/base/random.ts";
import type { Day } from "./ground.ts";

const R = "/repos/{owner}/{repo}";

/** What may happen to a call of GitHub. Each write among these happens once although its answer is lost. */
const GITHUB: readonly Fault[] = [
  ...[`POST ${R}/pulls`, `PUT ${R}/pulls/{pull_number}/merge`, `POST ${R}/issues/{issue_number}/comments`].map(
    (operation) => ({ kind: "drop_after" as const, operation }),
  ),
  { kind: "drop_after", operation: `POST ${R}/issues/{issue_number}/labels` },
  { kind: "drop_after", operation: `POST ${R}/statuses/{sha}` },
  { kind: "drop_before", operation: "git-receive-pack" },
  { kind: "drop_after", operation: "git-receive-pack" },
  { kind: "status", status: 502, operation: `GET ${R}/issues`, times: 2 },
  { kind: "status", status: 503, operation: `POST ${R}/issues/{issue_number}/comments` },
  { kind: "rate_limit", operation: `GET ${R}/issues`, retryAfter: 1 },
  { kind: "stale", operation: `GET ${R}/issues`, ms: 2_000, times: 2 },
  { kind: "stale", operation: `GET ${R}/issues/{issue_number}`, ms: 2_000 },
  { kind: "malformed", operation: `GET ${R}/issues` },
];

/** Linear's words for "not so fast". */
const RATE_LIMITED = {
  errors: [
    { message: "Rate limit exceeded", extensions: { code: "RATELIMITED", type: "ratelimited", statusCode: 429 } },
  ],
};

/** The same for Linear. */
const LINEAR: readonly Fault[] = [
  ...["mutation issueUpdate", "mutation commentCreate", "mutation issueAddLabel"].map((operation) => ({
    kind: "drop_after" as const,
    operation,
  })),
  { kind: "drop_before", operation: "mutation issueUpdate" },
  { kind: "status", status: 502, operation: "query issues", times: 2 },
  { kind: "stale", operation: "query issues", ms: 2_000, times: 2 },
  // Its own `rate_limit` would keep everybody waiting for minutes.
  { kind: "status", status: 400, operation: "query issues", headers: { "retry-after": "1" }, body: RATE_LIMITED },
  { kind: "partial", operation: "query issues" },
];

/** What goes wrong on this day: every fault once at the start, whoever meets it, then more of them at random. */
export class Weather {
  readonly #day: Day;
  readonly #random: Random;

  constructor(day: Day, random: Random) {
    this.#day = day;
    this.#random = random;
    for (const fault of GITHUB) day.github.server.faults.add({ ...fault, skip: random.integer(3) });
    for (const fault of LINEAR) day.linear.server.faults.add({ ...fault, skip: random.integer(3) });
  }

  /** One more. */
  worsen(): void {
    const { github, linear } = this.#day;
    if (this.#random.next() < 0.5) github.server.faults.add(this.#random.pick(GITHUB));
    else linear.server.faults.add(this.#random.pick(LINEAR));
  }

  /** What did happen, by kind. */
  met(): Readonly<Record<string, number>> {
    const { github, linear } = this.#day;
    const met: Record<string, number> = {};
    for (const { fault } of [...github.server.log.calls, ...linear.server.log.calls])
      if (fault !== null) met[fault] = (met[fault] ?? 0) + 1;
    return met;
  }

  clear(): void {
    this.#day.github.server.faults.clear();
    this.#day.linear.server.faults.clear();
  }
}
