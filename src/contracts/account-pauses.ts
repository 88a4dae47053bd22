import type { AccountPause } from "../model/account.ts";

/** Which accounts their providers turned away, and until when. Shared by whoever may start work on them. */
export interface AccountPauses {
  /** The newest pause of each account that ever had one, also one that has ended: how long the next one lasts depends on it. */
  known(): readonly AccountPause[];
  /** Puts a pause into force. It is on the workflow's record already. */
  pause(pause: AccountPause): Promise<void>;
}
