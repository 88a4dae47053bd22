import { toMaestroError } from "../../base/errors.ts";
import type { AgentProbe } from "../../contracts/agent-provider.ts";
import { agentsOf } from "../../model/agent-choice.ts";
import type { AgentChoice } from "../../model/workflow.ts";
import type { App, Project, Target } from "../app.ts";
import type { Cli } from "../cli.ts";
import { EXIT } from "../exit-codes.ts";
import { type Line, toned } from "../line.ts";
import { openAgentTrial } from "../smoke/agent-trial.ts";

/** What `maestro protocol probe` is asked for. */
export interface ProtocolProbeOptions {
  readonly json?: boolean;
}

/** One agent and what was seen of it. */
interface Probed extends AgentProbe {
  readonly kind: string;
}

/** `maestro protocol probe`. Throws what finding the workflow file throws, and `aborted`. */
export async function probeAgents(cli: Cli, target: Target, { json = false }: ProtocolProbeOptions): Promise<void> {
  const app = await cli.app();
  const project = await app.locate(target);
  const workflow = await app.workflow(project);
  const found: Probed[] = [];
  for (const choice of agentsOf(workflow)) {
    const probed = { kind: choice.kind, ...(await probeOne(app, project, choice, cli.terminal.signal)) };
    found.push(probed);
    if (!json) cli.print(...linesOf(probed), "");
  }
  const ok = found.every((probed) => probed.ok);
  if (!ok) cli.exitCode = EXIT.failure;
  if (json) cli.printJson({ version: 1, ok, agents: found });
  else cli.print(verdict(found));
}

async function probeOne(app: App, project: Project, choice: AgentChoice, signal: AbortSignal): Promise<AgentProbe> {
  try {
    const rig = await app.agent(project, choice);
    const trial = await openAgentTrial(app, rig);
    try {
      return (await trial.probe(signal)) ?? failed("probe", `The agent "${choice.kind}" cannot be looked at.`);
    } finally {
      await trial.close();
    }
  } catch (thrown) {
    const error = toMaestroError(thrown);
    if (error.code === "aborted") throw error;
    return failed("workspace", error.message);
  }
}

function failed(id: string, sentence: string): AgentProbe {
  const steps = [{ id, ok: false, ms: 0, sentence }];
  return { ok: false, program: null, version: null, tested: "any", login: null, steps };
}

function linesOf({ kind, program, login, steps }: Probed): Line[] {
  return [
    [toned("title", kind), program === null ? "" : `  ${program}`],
    ...steps.map(({ id, ok, ms, sentence }): Line => {
      const mark = ok ? toned("good", "ok  ") : id === "version" ? toned("warning", "warn") : toned("bad", "FAIL");
      return ["  ", mark, `  ${id.padEnd(9)}  ${sentence} `, toned("faint", `(${ms} ms)`)];
    }),
    // Who did not answer the handshake was not asked for its login.
    ...(hasAnswered(steps) ? [`        login      ${login ?? "none was found"}`] : []),
  ];
}

function hasAnswered(steps: Probed["steps"]): boolean {
  return steps.some(({ id, ok }) => id === "handshake" && ok);
}

function verdict(found: readonly Probed[]): Line {
  const bad = found.filter(({ ok }) => !ok).map(({ kind }) => kind);
  const loggedOut = found.filter(({ login, steps }) => login === null && hasAnswered(steps)).map(({ kind }) => kind);
  if (bad.length === 0 && loggedOut.length > 0) {
    const mend = "Log in with its own command, or name the variable with its key in agent_runtime.pass.";
    return [toned("warning", `Ready, but without a login: ${loggedOut.join(", ")}. ${mend}`)];
  }
  if (bad.length === 0) return [toned("good", found.length === 1 ? "The agent is ready." : "All agents are ready.")];
  return [toned("bad", `Not ready: ${bad.join(", ")}.`)];
}
