/** A lane that a person holds still: nothing is started on it, everything else stays as it is until it is resumed. */
export interface LanePause {
  /** `cli:<user>`, `http:<name>` … */
  readonly actor: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Why, in the person's words. */
  readonly words: string | null;
}

/** What a person said to a lane's agent that no running session could be told: the next run is. */
export interface PersonWords {
  readonly author: string;
  readonly text: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The run that was told of it; `null` before there is one. Kept until a run that knew it has ended by itself. */
  readonly run: number | null;
}

/** A person's order to land one head. It stands for an approval of exactly that head, and for nothing else that the gate asks. */
export interface LandOrder {
  readonly actor: string;
  readonly headSha: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Where an abandoned issue is left: where work on it starts anew, or in the state that calls it off. */
export const ABANDON_TARGETS = ["start", "canceled"] as const;
export type AbandonTarget = (typeof ABANDON_TARGETS)[number];

/** A person's order to give a lane up. */
export interface Abandonment {
  readonly actor: string;
  readonly to: AbandonTarget;
  /** State of the tracker that this is in this workflow. */
  readonly state: string;
  readonly words: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
}
