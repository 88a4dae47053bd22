import { withDeadline } from "../../base/abort.ts";
import { isMaestroError, toMaestroError } from "../../base/errors.ts";
import type { AgentProbe } from "../../contracts/agent-provider.ts";
import { DEFAULT_ACCOUNT } from "../../model/account.ts";
import { agentsOf } from "../../model/agent-choice.ts";
import type { AgentChoice } from "../../model/workflow.ts";
import type { AgentRig, Project } from "../app.ts";
import { type AgentTrial, openAgentTrial } from "../smoke/agent-trial.ts";
import { attempt, type Check, type DoctorPlace, fail, failed, ok, type Section, warn } from "./check.ts";

const MEND = "`maestro smoke agent` tries it step by step.";

/** The agent's program: found, started, ended, and which login it uses. It is not talked with, so that it costs nothing. */
export const agent: Section = {
  id: "agent",
  title: "The agent",
  checks: async (place) => {
    const { workflow, project } = place;
    if (isMaestroError(workflow) || isMaestroError(project)) return [];
    const checks: Check[] = [];
    for (const [at, choice] of agentsOf(workflow).entries()) {
      const found = await checkAgent(place, project, choice);
      // Those that rules name come after the usual one.
      checks.push(...found.map((check) => (at === 0 ? check : { ...check, id: `${check.id}_${at + 1}` })));
    }
    return checks;
  },
};

async function checkAgent(place: DoctorPlace, project: Project, choice: AgentChoice): Promise<readonly Check[]> {
  try {
    return await tryAgent(place, await place.app.agent(project, choice));
  } catch (thrown) {
    if (toMaestroError(thrown).code === "aborted") throw thrown;
    return [failed("starts", thrown, MEND)];
  }
}

async function tryAgent({ app, signal }: DoctorPlace, rig: AgentRig): Promise<Check[]> {
  const limit = rig.workflow.agent.startupTimeoutMs;
  const trial = await openAgentTrial(app, rig);
  try {
    const found = await withDeadline(app.clock, limit, signal, (bounded) => trial.probe(bounded));
    if (found !== null) return [...checksOf(rig, found), sandboxCheck(rig)];
    return [
      sandboxCheck(rig),
      await attempt(
        "starts",
        async () => {
          await withDeadline(app.clock, limit, signal, (bounded) => startAndStop(trial, bounded));
          return `the agent "${rig.provider.kind}" was found, started and ended`;
        },
        MEND,
      ),
    ];
  } finally {
    await trial.close();
  }
}

async function startAndStop(trial: AgentTrial, signal: AbortSignal): Promise<void> {
  const session = await trial.start(signal);
  await session.stop();
  await trial.requireNoProcess();
}

/** Without a sandbox it is said plainly; one that is demanded and missing has failed before, with the agent's place. */
function sandboxCheck({ sandbox: { ok: works, sentence } }: AgentRig): Check {
  const mend =
    "Install bubblewrap and allow user namespaces, or run Maestro as a user that holds nothing but what an agent may see.";
  return works ? ok("sandbox", sentence) : warn("sandbox", sentence, mend);
}

function checksOf({ provider, account }: AgentRig, probe: AgentProbe): Check[] {
  const { program, version, tested, login, steps } = probe;
  const name = `the agent "${provider.kind}"`;
  const broken = steps.find((step) => !step.ok && step.id !== "version");
  if (!probe.ok || program === null) {
    const code = program === null ? "agent_not_found" : "agent_probe_failed";
    return [fail("starts", code, broken?.sentence ?? `${name} does not start.`, MEND)];
  }
  const untested = steps.some((step) => step.id === "version" && !step.ok);
  return [
    ok("starts", `${name} was found, started and ended: ${program}`),
    untested
      ? warn(
          "version",
          `version ${version ?? "unknown"}, tested is ${tested}`,
          "Use it with care, or install a tested one.",
        )
      : ok("version", `version ${version ?? "unknown"}`),
    login === null
      ? warn(
          "login",
          `no login was found for the account ${account}`,
          "Log in with the agent's own command, as the user that runs Maestro.",
        )
      : ok("login", account === DEFAULT_ACCOUNT ? `it uses ${login}` : `it uses ${login}, of the account ${account}`),
  ];
}
