import { MaestroError } from "../../base/errors.ts";
import { shortHash } from "../../base/ids.ts";
import type { AgentProvider, SessionRequest } from "../../contracts/agent-provider.ts";
import type { Runtime } from "../../contracts/runtime.ts";
import { DEFAULT_ACCOUNT } from "../../model/account.ts";
import type { Workflow } from "../../model/workflow.ts";
import { contain, placesOfOthers } from "./containment.ts";

const ACCOUNT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** What an agent's place is made from. */
export interface PlaceInput {
  readonly workflow: Workflow;
  readonly provider: AgentProvider;
  /** The machine as the work uses it. */
  readonly runtime: Runtime;
  /** The same, for as long as anything is started there. */
  readonly machine: Runtime;
  /** The project's Git objects, which the workspace's Git borrows. Absent: it borrows none. */
  readonly objects?: string;
  /** Absolute; holds a folder for each account of an agent. */
  readonly agentsDirectory: string;
  readonly workspace: string;
  /** Of the session, for the name of its temporary folder. */
  readonly marker: string;
  /** The account whose login is used. Absent: the one with this machine's own. */
  readonly account?: string;
}

/** Where an agent lives, and how far it is kept apart there. */
export interface AgentPlace {
  /** Starts processes inside of it. */
  readonly runtime: Runtime;
  /** For the session's request; empty for an agent that keeps no state of its own. */
  readonly own: Pick<SessionRequest, "account" | "temporaryDirectory">;
  /** Its home and its folder for temporary files, over the rest of its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Removes what is temporary. May throw the runtime's codes. */
  close(): Promise<void>;
}

/**
 * Makes an agent's place, for a run as for a trial: the account's folder, which stays, and a folder for temporary files, which goes with the
 * session. The home is the account's, so that an agent finds nothing of the person whose machine this is but the login that it is given; and of
 * an account of its own, nothing but that account's. Throws `agent_isolation_missing`, `agent_invalid_account`, and the runtime's codes.
 */
export async function openAgentPlace(input: PlaceInput): Promise<AgentPlace> {
  const { workflow, provider, runtime, machine, agentsDirectory, workspace } = input;
  const folders = provider.hasOwnHome === true ? foldersOf(input) : null;
  const own = folders === null ? {} : { account: folders.account, temporaryDirectory: folders.temporaryDirectory };
  const { sandbox = "none", caches = [] } = workflow.agentRuntime;
  const home = agentsDirectory.slice(0, agentsDirectory.lastIndexOf("/")) || "/";
  const lent = input.objects === undefined ? { caches } : { caches, objects: input.objects };
  const place = { workspace, home, others: placesOfOthers(workflow), ...lent, ...own };
  const contained = await contain(runtime, { sandbox, machine, place });
  if (folders === null) return { runtime: contained, own, env: {}, close: async () => undefined };
  const { home: ownHome, temporaryDirectory } = folders;
  await runtime.makeDirectory(ownHome, { mode: 0o700 });
  await runtime.makeDirectory(temporaryDirectory, { mode: 0o700 });
  return {
    ...{ runtime: contained, own, env: { HOME: ownHome, TMPDIR: temporaryDirectory } },
    close: () => runtime.remove(temporaryDirectory),
  };
}

function foldersOf({ provider, runtime, agentsDirectory, marker, account: name = DEFAULT_ACCOUNT }: PlaceInput) {
  if (!ACCOUNT_NAME.test(name)) {
    const message = `"${name}" is no name of an account: letters, digits, dots, dashes, underscores.`;
    throw new MaestroError({ code: "agent_invalid_account", message });
  }
  const stateDirectory = `${agentsDirectory}/${provider.kind}/${name}`;
  const home = `${stateDirectory}/home`;
  // The login of the machine is the default account's: another one has only what was put into its own home.
  const userHome = name === DEFAULT_ACCOUNT ? (runtime.environment().HOME ?? "/") : home;
  const temporaryDirectory = `${runtime.temporaryDirectory()}/maestro-${shortHash(marker)}`;
  return { account: { name, stateDirectory, userHome }, home, temporaryDirectory };
}
