import { basename } from "node:path";
import { type MaestroError, isMaestroError, toMaestroError } from "../../base/errors.ts";
import { outsideFileError } from "../../contracts/outside-files.ts";
import { malformed } from "./errors.ts";
import { type FileStamp, readIssueFile } from "./issue-file.ts";
import { readIssueText, salvageIds } from "./issue-text.ts";
import type { LocalIssue } from "./map.ts";

/** Why a file counts as no issue. */
export interface RecordFault {
  readonly identifier: string;
  readonly error: MaestroError;
  /** Ids that the file may hold; `undefined` when nobody can tell. */
  readonly ids: readonly string[] | undefined;
}

/** One version of one file. */
export interface IssueRecord {
  readonly identifier: string;
  readonly path: string;
  readonly stamp: FileStamp;
  readonly content: LocalIssue | RecordFault;
}

/** The identifier becomes part of paths, branches and workspaces. */
const IDENTIFIER = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/** Reads a file into a record, or `undefined` when it is gone. What is wrong with it is part of the record. */
export async function readRecord(
  path: string,
  seen: FileStamp,
  before: IssueRecord | undefined,
): Promise<IssueRecord | undefined> {
  const identifier = basename(path, ".md");
  const fault = (error: MaestroError, ids: readonly string[] | undefined): RecordFault => {
    const known = before === undefined ? [] : (idsOf(before) ?? []);
    const all = [...known, ...(ids ?? [])];
    return { identifier, error, ids: ids === undefined && known.length === 0 ? undefined : all };
  };
  const begin = { line: 1, column: 1 };
  if (!IDENTIFIER.test(identifier)) {
    const error = malformed(path, begin, "a file name may have letters, digits, dots, hyphens and underscores only");
    return { identifier, path, stamp: seen, content: fault(error, []) };
  }
  try {
    const file = await readIssueFile(path);
    if (file === undefined) return undefined;
    const { text, stamp } = file;
    try {
      const { issue, blockers, links, followUp } = readIssueText(text, path, identifier);
      return { identifier, path, stamp, content: { issue, blockers, links, followUp } };
    } catch (error) {
      return { identifier, path, stamp, content: fault(toMaestroError(error), salvageIds(text, identifier)) };
    }
  } catch (error) {
    const isRefused = isMaestroError(error) && error.code === "file_refused";
    const known = isRefused ? malformed(path, begin, error.message, error) : outsideFileError("tracker", error);
    return { identifier, path, stamp: seen, content: fault(known, undefined) };
  }
}

function idsOf({ content }: IssueRecord): readonly string[] | undefined {
  return "issue" in content ? [content.issue.id] : content.ids;
}
