import type { Target } from "../app.ts";
import type { Cli } from "../cli.ts";
import { type AgentTrial, openAgentTrial } from "./agent-trial.ts";
import { runSmoke } from "./probes.ts";

/** What `maestro smoke agent` is asked for. */
export interface AgentSmokeOptions {
  readonly prompt?: string;
  readonly startOnly?: boolean;
  /** Milliseconds. */
  readonly timeoutS: number;
  readonly json?: boolean;
}

const PROMPT = "This is a connection test. Change nothing, use no tool, and answer with the single word READY.";

/** `maestro smoke agent`. Throws what finding the workflow file throws. */
export async function smokeAgent(cli: Cli, target: Target, options: AgentSmokeOptions): Promise<void> {
  const { prompt = PROMPT, startOnly, timeoutS: limitMs, json = false } = options;
  const app = await cli.app();
  const project = await app.locate(target);
  await runSmoke(cli, { name: "agent", limitMs, json }, async (probe) => {
    const rig = await probe("config", async () => {
      const found = await app.agent(project);
      const able = Object.entries(found.provider.capabilities).flatMap(([name, has]) => (has === true ? [name] : []));
      return [found, `${found.workflow.path} is valid, its agent "${found.provider.kind}" has ${able.join(", ")}`];
    });
    // Kept from the first moment: a probe that is broken off does not wait for what it began.
    let opening: Promise<AgentTrial> | undefined;
    try {
      const trial = await probe("workspace", async () => {
        opening = openAgentTrial(app, rig);
        const opened = await opening;
        return [opened, opened.folder];
      });
      const session = await probe("start", async (signal) => {
        const started = await trial.start(signal);
        return [started, `session ${started.id}`];
      });
      if (!startOnly) {
        await probe("turn", async (signal) => {
          const { finalMessage } = await trial.turn(session, prompt, signal);
          const heard = trial.toolCalls === 0 ? "" : `, ${trial.toolCalls} tool calls`;
          return [finalMessage, `it answered${finalMessage === null ? "" : `: ${finalMessage}`}${heard}`];
        });
      }
      await probe("stop", async () => [await session.stop(), "it ended when it was asked to"]);
      await probe("processes", async () => [await trial.requireNoProcess(), "none of its processes is left"]);
    } finally {
      await opening?.then(
        (trial) => trial.close(),
        // The probe has told why there is none.
        () => undefined,
      );
    }
    await probe("cleanup", async () => [await (await opening)?.requireNoFolder(), "its folder is gone"]);
  });
}
