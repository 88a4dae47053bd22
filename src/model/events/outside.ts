import type { JsonObject } from "../../base/json.ts";
import type { Evidence } from "../evidence.ts";
import type { Intent } from "../outbox.ts";

/** Outside writes, and facts that were seen outside. */
export type OutsideEvent =
  | {
      readonly type: "outbox_planned";
      readonly data: { readonly key: string; readonly fence: number; readonly intent: Intent; readonly dueAt: number };
    }
  | { readonly type: "outbox_sending"; readonly data: { readonly key: string } }
  /** The answer was lost. Only a look-up goes on from here. */
  | {
      readonly type: "outbox_unknown";
      readonly data: { readonly key: string; readonly detail: string; readonly dueAt: number };
    }
  /** Refused before anything happened outside, worth another try later. */
  | {
      readonly type: "outbox_postponed";
      readonly data: { readonly key: string; readonly detail: string; readonly dueAt: number };
    }
  | {
      readonly type: "outbox_settled";
      readonly data: { readonly key: string; readonly state: "done" | "refused"; readonly result: string | null };
    }
  | { readonly type: "evidence_recorded"; readonly data: Evidence }
  /** The change as the forge showed it, in the facts that lanes decide on. */
  | {
      readonly type: "change_seen";
      readonly data: {
        readonly changeId: string;
        readonly url: string | null;
        readonly state: "open" | "merged" | "closed";
        readonly headSha: string;
        readonly mergedSha: string | null;
        readonly review: "approved" | "changes_requested" | "none";
        readonly checks: "passed" | "failed" | "pending" | "none";
      };
    }
  | { readonly type: "plugin"; readonly data: { readonly name: string; readonly data: JsonObject } };
