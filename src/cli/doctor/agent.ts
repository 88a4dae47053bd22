import { withDeadline } from "../../base/abort.ts";
import { isMaestroError } from "../../base/errors.ts";
import { openAgentTrial } from "../smoke/agent-trial.ts";
import { attempt, type DoctorPlace, type Section } from "./check.ts";

/** The agent's program: found, started, ended. It is not talked with, so that it costs nothing. */
export const agent: Section = {
  id: "agent",
  title: "The agent",
  checks: async (place) => {
    if (isMaestroError(place.workflow)) return [];
    return [await attempt("starts", () => startAgent(place), "`maestro smoke agent` tries it step by step.")];
  },
};

async function startAgent({ app, project, signal }: DoctorPlace): Promise<string> {
  if (isMaestroError(project)) throw project;
  const rig = await app.agent(project);
  const trial = await openAgentTrial(app, rig);
  try {
    const limit = rig.workflow.agent.startupTimeoutMs;
    const session = await withDeadline(app.clock, limit, signal, (bounded) => trial.start(bounded));
    await session.stop();
    await trial.requireNoProcess();
  } finally {
    await trial.close();
  }
  return `the agent "${rig.provider.kind}" was found, started and ended`;
}
