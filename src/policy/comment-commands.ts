import { isHuman } from "../model/change.ts";
import type { AnswerVerb } from "../model/command.ts";
import type { IssueComment } from "../model/issue.ts";

/** What a person asks in a comment. */
interface CommentCommand {
  readonly verb: AnswerVerb;
  /** Id of the request. */
  readonly request: string;
  /** Why, or the answer. */
  readonly body: string;
}

const COMMAND = /^\s*\/maestro[ \t]+(approve|deny)[ \t]+(\S{1,200})(?:[ \t]+|[ \t]*\r?\n|[ \t]*$)([\s\S]*)$/i;

/** What a comment asks of Maestro: it begins with `/maestro approve <id>` or `/maestro deny <id>`. `null`: nothing. */
export function commandIn(body: string): CommentCommand | null {
  const [, word, request, rest = ""] = COMMAND.exec(body) ?? [];
  if (word === undefined || request === undefined) return null;
  return { verb: word.toLowerCase() === "approve" ? "approve_request" : "deny_request", request, body: rest.trim() };
}

/** Whether a comment's author may answer requests: a person of the project. Neither Maestro itself, nor a bot, nor a stranger. */
export function mayAnswer({ topic, trust }: Pick<IssueComment, "topic" | "trust">): boolean {
  return topic === null && isHuman(trust);
}
