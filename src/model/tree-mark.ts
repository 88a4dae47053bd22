/** What tells two trees of a lane apart, whatever their white space: hashes that the host computes. */
export interface TreeMark {
  /** Of the files that differ from the base, as they are now. */
  readonly content: string;
  /** Of the lines that differ from the base: stays the same when the base itself moves on. */
  readonly change: string;
}
