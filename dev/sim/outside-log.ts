import type { JsonObject } from "../../src/base/json.ts";
import type { AgentLine } from "./behaviour.ts";

/** A call as tracker or forge saw it. `by` is `maestro` or `person`. */
export interface OutsideCall {
  readonly at: number;
  readonly by: "maestro" | "person";
  readonly system: "tracker" | "forge";
  readonly verb: string;
  /** The issue, change or branch that it is about. */
  readonly subject: string;
  readonly arguments: JsonObject;
  readonly effect: boolean;
}

/** Everything that was seen outside of Maestro. The judge reads nothing else. */
export class OutsideLog {
  readonly calls: OutsideCall[] = [];
  readonly agents: AgentLine[] = [];
  /** How many agents were allowed at once, from when on. */
  readonly caps: { readonly at: number; readonly cap: number }[] = [];
  /** When the service died or was stopped. */
  readonly deaths: number[] = [];
  /** When a worker stood still. */
  readonly freezes: { readonly from: number; readonly until: number }[] = [];
  /** Workspace folders that vanished, with the state that their issue had then. */
  readonly vanished: { readonly at: number; readonly key: string; readonly state: string; readonly since: number }[] =
    [];
}
