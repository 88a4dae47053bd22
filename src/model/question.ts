/** What an agent wants to know from a person before it goes on. */
export interface Question {
  readonly text: string;
  /** Answers to choose from; empty when any will do. */
  readonly options: readonly string[];
  /** The run that asked. */
  readonly run: number;
}

/** What came of a question. */
export interface Answer {
  readonly question: string;
  /** `null`: a person let the work go on without a word. */
  readonly text: string | null;
  readonly author: string;
}
