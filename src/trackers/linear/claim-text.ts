/** A claim as its comment says it. */
export interface ClaimText {
  /** Counts the owners of the issue, one after the other. */
  readonly generation: number;
  readonly owner: string;
  /** Epoch milliseconds; 0 when it was given up. */
  readonly expiresAt: number;
}

/** What every comment of a claim holds, and no other does. */
export const CLAIM_WORD = "maestro-claim";

const CODE = new RegExp(`\`${CLAIM_WORD} (\\d+) ([^ \`]+) (\\d+)\`\\s*$`);

/** A claim for people, and in the last line for programs. */
export function claimText({ generation, owner, expiresAt }: ClaimText): string {
  const until = new Date(expiresAt).toISOString();
  const sentence = expiresAt === 0 ? `Given up by ${owner}.` : `Maestro (${owner}) works on this issue until ${until}.`;
  return `${sentence}\n\n\`${CLAIM_WORD} ${generation} ${encodeURIComponent(owner)} ${expiresAt}\``;
}

/** The claim in a comment; `undefined` when it holds none that can be read. */
export function readClaim(body: string): ClaimText | undefined {
  const [, generation, owner, expiresAt] = CODE.exec(body) ?? [];
  if (generation === undefined || owner === undefined || expiresAt === undefined) return undefined;
  try {
    return { generation: Number(generation), owner: decodeURIComponent(owner), expiresAt: Number(expiresAt) };
  } catch {
    // Somebody edited the line: it claims nothing any more.
    return undefined;
  }
}
