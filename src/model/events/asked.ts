import type { AbandonTarget } from "../asked.ts";

/** What people asked of a lane by command; only the orchestrator writes it, in the transaction of the command's answer. */
export type AskedEvent =
  | { readonly type: "lane_paused"; readonly data: { readonly actor: string; readonly words: string | null } }
  | { readonly type: "lane_resumed"; readonly data: { readonly actor: string } }
  | {
      readonly type: "lane_steered";
      readonly data: {
        readonly author: string;
        readonly text: string;
        /** The run whose session has taken it; `null`: the next run is told. */
        readonly told: number | null;
      };
    }
  | { readonly type: "land_asked"; readonly data: { readonly actor: string; readonly headSha: string } }
  | {
      readonly type: "lane_abandoned";
      readonly data: {
        readonly actor: string;
        readonly to: AbandonTarget;
        readonly state: string;
        readonly words: string | null;
      };
    };
