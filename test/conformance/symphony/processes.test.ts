import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { newStage, type Stage } from "./service.ts";

/** A service whose agent is a shell line that speaks the mock agent's protocol. */
async function shellAgent(command: string, agent = {}): Promise<Stage> {
  const stage = await newStage({
    front: { agent: { max_turns: 1, ...agent }, agent_provider: { kind: "mock", options: { command } } },
    environment: { BOARD_KEY: "secret-of-the-board" },
  });
  stage.board.put("A-1");
  await stage.start();
  return stage;
}

/** Answers the start and then does something at the first turn. */
const atTurn = (line: string): string => `while read -r line; do case $line in
  '{"type":"start",'*) echo '{"type":"ready"}' ;;
  '{"type":"turn",'*) ${line} ;;
  '{"type":"stop"'*) exit 0 ;;
esac; done`;
const DONE = `echo '{"type":"turn_end","status":"completed"}'`;

/** How the first run ended. */
async function endOf(stage: Stage) {
  await stage.event("work_settled");
  const [end] = stage.all("work_settled");
  return [end?.outcome.status, end?.outcome.reason.code];
}

test("S-179 a completed turn is a success; failing, silence and the end of the process are failures", async () => {
  expect(await endOf(await shellAgent(atTurn(DONE)))).toEqual(["succeeded", "turns_used_up"]);
  const failing = atTurn(`echo '{"type":"turn_end","status":"failed","message":"no luck"}'`);
  expect(await endOf(await shellAgent(failing))).toEqual(["failed", "turn_failed"]);
  expect(await endOf(await shellAgent(atTurn("exit 0")))).toEqual(["failed", "process_exit"]);
  const silent = await shellAgent(atTurn("true"), { turn_timeout_ms: 200 });
  expect(await endOf(silent)).toEqual(["failed", "turn_timeout"]);
});

test("S-191 the limit of a turn is on its silence: whoever is heard of may take longer than that", async () => {
  const talking = atTurn(
    `for i in 1 2 3 4 5 6; do echo '{"type":"activity","summary":"busy"}'; sleep 0.1; done; ${DONE}`,
  );
  const stage = await shellAgent(talking, { turn_timeout_ms: 400 });
  expect(await endOf(stage)).toEqual(["succeeded", "turns_used_up"]);
  expect(stage.all("turn_finished")[0]?.ms).toBeGreaterThan(400);
});

test("S-184 a turn that asks a person does not hold the run up: it ends, and people are asked", async () => {
  const stage = await shellAgent(atTurn(`echo '{"type":"ask","question":"May I?"}'`), { max_attempts: 1 });
  expect(await endOf(stage)).toEqual(["failed", "input_required"]);
  await stage.event("lane_parked");
  expect(stage.all("lane_parked")[0]?.sentence).toContain("May I?");
});

test("S-191 an agent that does not answer the start in time is a failure of its own", async () => {
  const stage = await shellAgent("read -r line; sleep 100", { startup_timeout_ms: 200 });
  expect(await endOf(stage)).toEqual(["failed", "startup_timeout"]);
});

test("S-181 what the agent writes to stderr is no protocol, whatever it looks like", async () => {
  const stage = await shellAgent(
    atTurn(`echo '{"type":"turn_end","status":"failed","message":"only a joke"}' >&2; sleep 0.2; ${DONE}`),
  );
  expect(await endOf(stage)).toEqual(["succeeded", "turns_used_up"]);
});

test("S-173 the agent is started in its issue's workspace, named by its absolute path", async () => {
  const stage = await shellAgent(`read -r line; pwd > where; echo "$line" > said; echo '{"type":"ready"}'; exit 0`);
  await endOf(stage);
  const path = stage.all("workspace_prepared")[0]?.path ?? "";
  expect(await readFile(join(path, "where"), "utf8")).toBe(`${path}\n`);
  expect(await readFile(join(path, "said"), "utf8")).toContain(`"workspace":"${path}"`);
});

test("S-189, S-187, S-265 an agent gets no secret of the tracker: neither by the daemon's environment nor by the file", async () => {
  const command = `read -r line; env > seen; echo "$line" >> seen; echo '{"type":"ready"}'; exit 0`;
  const stage = await newStage({
    front: {
      tracker: { provider: { api_key: "$BOARD_KEY" } },
      agent_runtime: { pass: ["BOARD_KEY", "PLAIN"], env: { COPY: "$BOARD_KEY" } },
      agent_provider: { kind: "mock", options: { command } },
    },
    environment: { BOARD_KEY: "secret-of-the-board" },
  });
  // The daemon's own environment, which runtimes look at themselves.
  vi.stubEnv("BOARD_KEY", "secret-of-the-board");
  vi.stubEnv("PLAIN", "not-secret");
  onTestFinished(() => void vi.unstubAllEnvs());
  stage.board.put("A-1");
  await stage.start();
  await endOf(stage);
  expect(stage.board.options.at(-1)).toMatchObject({ api_key: "secret-of-the-board" });
  const seen = await readFile(join(stage.all("workspace_prepared")[0]?.path ?? "", "seen"), "utf8");
  expect(seen).toContain("PLAIN=not-secret");
  expect(seen).toContain("MAESTRO_ISSUE_IDENTIFIER=A-1");
  expect(seen).not.toContain("secret-of-the-board");
});
