import type { ChangeCheck } from "../../model/change.ts";

// CNB has no call that sets a commit status: only its own CI does. A check that the host ran is therefore one remark per check on the change,
// kept up to date. It counts only where the token itself wrote it: everybody may copy one.

/** A result to be shown. */
export interface OwnCheck {
  readonly name: string;
  readonly headSha: string;
  readonly passed: boolean;
  readonly summary: string;
}

const MARK = /^<!-- maestro-check name=([^ >]+) head=([0-9a-f]+) result=(passed|failed) -->\n/;

/** What people and a later look read. */
export function checkText({ name, headSha, passed, summary }: OwnCheck): string {
  const result = passed ? "passed" : "failed";
  const mark = `<!-- maestro-check name=${encode(name)} head=${headSha} result=${result} -->`;
  return `${mark}\n**${name}** ${result} at ${headSha.slice(0, 10)}.${summary === "" ? "" : `\n\n${summary}`}`;
}

/** The result in a remark's text; `undefined`: it holds none. */
export function readCheckText(text: string): OwnCheck | undefined {
  const [, written = "", headSha = "", result] = MARK.exec(text) ?? [];
  const name = decode(written);
  if (result === undefined || name === undefined) return undefined;
  const at = text.indexOf("\n\n");
  return { name, headSha, passed: result === "passed", summary: at === -1 ? "" : text.slice(at + 2) };
}

/** A check as a change shows it. */
export function toOwnCheck({ name, headSha, passed, summary }: OwnCheck, required: boolean): ChangeCheck {
  return { name, headSha, status: passed ? "passed" : "failed", required, summary, url: null };
}

/** Two hyphens would end the mark for some readers. */
function encode(value: string): string {
  return encodeURIComponent(value).replaceAll("-", "%2D");
}

function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    // Somebody edited the mark: what it says now is no name of ours.
    return undefined;
  }
}
