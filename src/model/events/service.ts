import type { AccountPause } from "../account.ts";
import type { CommandAnswer } from "../command.ts";

/** Decisions and facts about the service as a whole. */
export type ServiceEvent =
  | {
      readonly type: "service_started";
      readonly data: { readonly instance: string; readonly version: string; readonly pid: number };
    }
  | { readonly type: "service_stopped"; readonly data: { readonly instance: string; readonly reason: string } }
  | { readonly type: "service_mode_changed"; readonly data: { readonly mode: ServiceMode; readonly actor: string } }
  | {
      readonly type: "workflow_loaded";
      readonly data: {
        readonly hash: string;
        readonly path: string;
        /** Hash of the one that was in force before; the same after a refused text was taken back, `null` at the start. */
        readonly previous?: string | null;
      };
    }
  | {
      readonly type: "workflow_rejected";
      readonly data: { readonly path: string; readonly code: string; readonly message: string };
    }
  /** A provider turned work on an account away: nothing is started on it before `until`. */
  | { readonly type: "account_paused"; readonly data: AccountPause }
  | {
      readonly type: "command_answered";
      readonly data: {
        readonly id: string;
        readonly verb: string;
        readonly actor: string;
        readonly answer: CommandAnswer;
      };
    };

/** `paused` starts nothing new, `draining` also stops when the last run ended. */
export type ServiceMode = "running" | "paused" | "draining";
