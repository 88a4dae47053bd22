import { afterEach, describe, expect, it } from "vitest";
import type { SimProgram } from "../../dev/sim/sim-process.ts";
import { MaestroError } from "../../src/base/errors.ts";
import type { Intent } from "../../src/model/outbox.ts";
import { Workshop, type WorkshopOptions } from "./workshop.ts";

const BRANCH = "maestro/demo-1";
const PUSH: Intent = { kind: "push", branch: BRANCH, sha: "head-1", expected: null };

let shop: Workshop;
afterEach(() => shop.close());

async function validate(commands: readonly string[], options: WorkshopOptions = {}, set?: (shop: Workshop) => void) {
  shop = new Workshop({ ...options, workflow: { validation: { commands, timeoutMs: 60_000 } } });
  set?.(shop);
  await shop.start(BRANCH);
  await shop.enqueue("validate", { branch: BRANCH, headSha: "head-1" }, [PUSH]);
  return shop.outcome();
}

function fails(code: string) {
  return async () => {
    throw new MaestroError({ code, message: "It went wrong." });
  };
}

describe("a validation", () => {
  it("checks a clean checkout without any token, then pushes what was checked", async () => {
    const seen: { args: readonly string[]; env: object }[] = [];
    const shell: SimProgram = async ({ args, env, cwd }) => {
      const { MAESTRO_PROCESS_MARKER: _, ...rest } = env;
      seen.push({ args: [...args, cwd], env: rest });
      return 0;
    };
    const outcome = await validate(["npm test", "npm run lint"], {
      shell,
      environment: { PATH: "/bin", GITHUB_TOKEN: "x" },
    });
    expect(outcome).toMatchObject({ status: "succeeded", headSha: "head-1", reason: { code: "validated" } });
    expect(seen.map(({ args }) => args[1])).toEqual(["npm test", "npm run lint"]);
    expect(seen[0]?.args[2]).toBe("/work/workspaces-checks/DEMO-1-work-validate");
    expect(Object.keys(seen[0]?.env ?? {}).sort()).toEqual([
      "CI",
      "ISSUE_BRANCH",
      "ISSUE_ID",
      "ISSUE_IDENTIFIER",
      "MAESTRO_ISSUE_ID",
      "MAESTRO_ISSUE_IDENTIFIER",
      "MAESTRO_RUN",
      "PATH",
      "WORKSPACE_PATH",
    ]);
    expect(shop.git.asked).toEqual(["checkout head-1", "push head-1", "release head-1"]);
    const evidence = await shop.eventsOf("evidence_recorded");
    expect(evidence.map(({ kind, ok, witness, headSha }) => ({ kind, ok, witness, headSha }))).toEqual(
      ["check", "check", "validation", "pushed"].map((kind) => ({
        kind,
        ok: true,
        witness: "host",
        headSha: "head-1",
      })),
    );
    expect(await shop.open.record.views.openOutbox()).toEqual([]);
  });

  it("says so when nothing is declared, and pushes", async () => {
    expect(await validate([])).toMatchObject({ status: "succeeded" });
    const [first] = await shop.eventsOf("evidence_recorded");
    expect(first).toMatchObject({ kind: "validation", ok: true, sentence: "none declared" });
    expect(shop.git.remote.get(BRANCH)).toBe("head-1");
  });

  it("ends with the first failed check and the end of its output, and pushes nothing", async () => {
    const shell: SimProgram = async ({ args, say, complain }) => {
      if (args[1] !== "npm test") return 0;
      say("1 test failed\n");
      complain("expected 2\n");
      return 1;
    };
    const outcome = await validate(["npm test", "npm run lint"], { shell });
    expect(outcome).toMatchObject({ status: "failed", failure: "validation", reason: { code: "check_failed" } });
    expect(outcome.reason.sentence).toContain("`npm test` ended with exit code 1.");
    expect(outcome.reason.sentence).toContain("expected 2");
    const evidence = await shop.eventsOf("evidence_recorded");
    expect(evidence.map(({ kind, ok }) => `${kind} ${ok}`)).toEqual(["check false", "validation false"]);
    expect(shop.git.remote.size).toBe(0);
    expect(await shop.eventsOf("outbox_settled")).toMatchObject([{ state: "refused" }]);
    expect(shop.git.asked.at(-1)).toBe("release head-1");
  });

  it("ends a check that takes too long, with everything that it started", async () => {
    const shell: SimProgram = async ({ clock, signal, ignoreTerm }) => {
      ignoreTerm();
      await clock.sleep(Number.POSITIVE_INFINITY, signal);
      return 0;
    };
    const outcome = await validate(["npm test"], { shell });
    expect(outcome).toMatchObject({ status: "failed", failure: "validation" });
    expect(outcome.reason.sentence).toContain("took longer than 60000 ms");
    expect(shop.runtime.running()).toEqual([]);
  });

  it("looks a push up whose answer was lost, and does not repeat it", async () => {
    const outcome = await validate([], {}, ({ git }) => {
      git.trouble.push = async () => {
        git.remote.set(BRANCH, "head-1");
        throw new MaestroError({ code: "git_unreachable", message: "No answer.", retryable: true });
      };
    });
    expect(outcome.status).toBe("succeeded");
    expect(shop.git.asked).toEqual(["push head-1"]);
  });

  it("tries a push again that did not arrive", async () => {
    let times = 0;
    const outcome = await validate([], {}, ({ git }) => {
      git.trouble.push = async () => {
        times += 1;
        if (times < 3) throw new MaestroError({ code: "git_unreachable", message: "No answer.", retryable: true });
      };
    });
    expect(outcome.status).toBe("succeeded");
    expect(shop.git.remote.get(BRANCH)).toBe("head-1");
  });

  it.each([
    ["git_rejected", "outside"],
    ["git_auth", "outside"],
  ])("fails with a push that is refused as %s", async (code, failure) => {
    const outcome = await validate([], {}, ({ git }) => {
      git.trouble.push = fails(code);
    });
    expect(outcome).toMatchObject({ status: "failed", failure, reason: { code } });
    expect(await shop.open.record.views.openOutbox()).toEqual([]);
  });

  it("fails for good without a head", async () => {
    shop = await new Workshop().start(BRANCH);
    await shop.enqueue("validate", { branch: BRANCH });
    expect(await shop.outcome()).toMatchObject({ status: "failed", failure: "fatal" });
  });
});
